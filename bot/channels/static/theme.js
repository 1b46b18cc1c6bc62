// Before the page is painted: light or dark, where the reader chose one.
{
  let chosen = null;
  try { chosen = localStorage.getItem('wenbao.theme'); } catch { /* storage is forbidden: as the system has it */ }
  if (chosen) document.documentElement.dataset.theme = chosen;
}
