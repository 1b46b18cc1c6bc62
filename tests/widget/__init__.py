"""Tests in a real Chromium. A package, so that the browser is closed before the tests of other folders begin."""
