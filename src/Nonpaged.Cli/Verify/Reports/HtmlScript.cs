namespace Nonpaged.Cli;

/// <summary>The page's script: the filter by check and the copy buttons. All else works without it.</summary>
internal static class HtmlScript
{
    public const string Text = """

        'use strict';
        (function () {
          var filter = document.querySelector('.filter');
          var shown = document.getElementById('shown');
          var findings = Array.prototype.slice.call(document.querySelectorAll('.finding'));
          var buttons = filter ? Array.prototype.slice.call(filter.querySelectorAll('button')) : [];
          function show(check) {
            var count = 0;
            findings.forEach(function (finding) {
              if (finding.closest('.known')) return;
              finding.hidden = check !== '' && finding.dataset.check !== check;
              if (!finding.hidden) count++;
            });
            buttons.forEach(function (button) {
              button.setAttribute('aria-pressed', String(button.dataset.check === check));
            });
            shown.textContent = count + ' shown';
          }
          if (filter) filter.hidden = false;
          buttons.forEach(function (button) {
            button.addEventListener('click', function () { show(button.dataset.check); });
          });
          // A link to a finding shows it, also where the filter or the fold hides it.
          function reveal() {
            var finding = document.getElementById(location.hash.slice(1));
            if (!finding || !finding.classList.contains('finding')) return;
            if (finding.hidden) show('');
            var fold = finding.closest('details');
            if (fold) fold.open = true;
            finding.scrollIntoView();
          }
          window.addEventListener('hashchange', reveal);
          reveal();
          function select(element) {
            var range = document.createRange();
            range.selectNodeContents(element);
            var selection = window.getSelection();
            selection.removeAllRanges();
            selection.addRange(range);
          }
          Array.prototype.forEach.call(document.querySelectorAll('.copy'), function (button) {
            var code = button.previousElementSibling;
            button.hidden = false;
            button.addEventListener('click', function () {
              function said(word) {
                button.textContent = word;
                setTimeout(function () { button.textContent = 'Copy'; }, 1500);
              }
              function old() {
                select(code);
                said(document.execCommand('copy') ? 'Copied' : 'Selected');
              }
              if (navigator.clipboard) navigator.clipboard.writeText(code.textContent).then(function () { said('Copied'); }, old);
              else old();
            });
          });
          var folds = [];
          window.addEventListener('beforeprint', function () {
            folds = Array.prototype.filter.call(document.querySelectorAll('details'), function (fold) { return !fold.open; });
            folds.forEach(function (fold) { fold.open = true; });
          });
          window.addEventListener('afterprint', function () {
            folds.forEach(function (fold) { fold.open = false; });
          });
        })();

        """;
}
