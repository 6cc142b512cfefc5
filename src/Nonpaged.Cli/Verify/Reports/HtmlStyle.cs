namespace Nonpaged.Cli;

/// <summary>
/// The page's stylesheet. Colours are pairs for light and dark; the accent is for what can be pressed, and the two of outcomes
/// are never the only sign. Fonts are the system's.
/// </summary>
internal static class HtmlStyle
{
    /// <summary>Colours, text and the frame of the page.</summary>
    public const string Text = """

        :root {
          color-scheme: light dark;
          --ground: #f5f6f8; --card: #ffffff; --sunk: #f3f5f8; --ink: #1a2230; --soft: #566074; --line: #dfe3ea;
          --accent: #2a56c6; --bad: #b83a1d; --bad-soft: #fdefe9; --good: #1c7a54; --good-soft: #e8f5ee;
          --quiet: #7388a0; --mark: #fdf0c8; --mark-line: #b07d00;
          --word: #7a2f8f; --text: #1c6b45; --digit: #8a4b08;
          --call-0: #4f7fd1; --call-1: #3f9d8a; --call-2: #b58b2f; --call-3: #9a6fc4; --call-4: #6f8796; --call-5: #858c98;
          --mono: ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #12161d; --card: #1a202a; --sunk: #141922; --ink: #e4e8ef; --soft: #9ca7b8; --line: #2c3543;
            --accent: #8cb0ff; --bad: #ff9274; --bad-soft: #3a211b; --good: #6fd1a4; --good-soft: #17322a;
            --quiet: #6a7f96; --mark: #3b3418; --mark-line: #e0b84a;
            --word: #d3a1e6; --text: #8fd0ab; --digit: #e6b27a;
            --call-0: #7ba2ea; --call-1: #5fbfab; --call-2: #d3ac57; --call-3: #bb96df; --call-4: #8fa6b5; --call-5: #7d8592;
          }
        }
        * { box-sizing: border-box; }
        html { scroll-behavior: smooth; scroll-padding-top: 16px; -webkit-text-size-adjust: 100%; }
        @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
        body {
          margin: 0 auto; max-width: 1080px; padding: 32px 32px 64px; background: var(--ground); color: var(--ink);
          font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif;
          font-variant-numeric: tabular-nums;
        }
        h1, h2, h3, h4, p, ul, ol, dl, dd, figure, pre { margin: 0; padding: 0; }
        ul { list-style: none; }
        code, pre { font-family: var(--mono); font-size: 13px; }
        a { color: var(--accent); text-underline-offset: 3px; }
        a:focus-visible, button:focus-visible, summary:focus-visible, pre:focus-visible {
          outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px;
        }
        [hidden] { display: none !important; }
        .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
        .skip { position: absolute; left: -9999px; }
        .skip:focus { left: 16px; top: 8px; background: var(--card); padding: 8px 16px; }
        .small, .at { color: var(--soft); font-size: 14px; }
        .at { font-family: var(--mono); font-size: 13px; overflow-wrap: anywhere; }
        .numeric { text-align: right; white-space: nowrap; }

        .top { padding-bottom: 24px; }
        .program { color: var(--soft); font-size: 14px; }
        h1 { font-size: 22px; line-height: 1.3; font-weight: 600; overflow-wrap: anywhere; }
        .verdict {
          display: flex; align-items: center; gap: 20px; margin-top: 24px; font-size: 52px; line-height: 1.1; font-weight: 300;
          letter-spacing: -0.02em;
        }
        .sign {
          flex: none; display: grid; place-items: center; width: 56px; height: 56px; border-radius: 50%; font-size: 28px;
          font-weight: 600; letter-spacing: 0;
        }
        .good .sign { background: var(--good-soft); color: var(--good); }
        .bad .sign { background: var(--bad-soft); color: var(--bad); }
        .lead { margin-top: 12px; color: var(--soft); }
        .facts {
          display: flex; flex-wrap: wrap; gap: 16px 40px; margin-top: 32px; padding-top: 16px; border-top: 1px solid var(--line);
        }
        .facts dt { color: var(--soft); font-size: 13px; }
        .facts dd { overflow-wrap: anywhere; }
        nav ul { display: flex; flex-wrap: wrap; gap: 8px 24px; padding: 12px 0; border: solid var(--line); border-width: 1px 0; }
        nav a { font-size: 15px; text-decoration: none; }
        nav a:hover { text-decoration: underline; }

        section { margin-top: 48px; }
        h2 { margin-bottom: 16px; font-size: 22px; line-height: 1.3; font-weight: 600; scroll-margin-top: 16px; }
        h2 + .small { margin: -8px 0 16px; max-width: 70ch; }
        .panel, .finding, .failure, .nothing { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
        .panel { padding: 24px; }
        .failure { padding: 24px; border-color: var(--bad); }
        .nothing { padding: 24px; color: var(--soft); }
        footer { margin-top: 48px; color: var(--soft); font-size: 14px; }

        summary { cursor: pointer; color: var(--accent); }
        table { width: 100%; border-collapse: collapse; font-size: 14px; }
        th { font-weight: 400; text-align: left; }
        thead th { color: var(--soft); font-size: 13px; }
        thead .numeric { text-align: right; }
        td, th { padding: 8px 16px 8px 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
        td:last-child, th:last-child { padding-right: 0; }
        tbody tr:last-child > * { border-bottom: 0; }

        @media (max-width: 640px) {
          body { padding: 20px 16px 40px; }
          section { margin-top: 40px; }
          .verdict { font-size: 38px; gap: 14px; }
          .sign { width: 44px; height: 44px; font-size: 22px; }
          .facts { gap: 12px 28px; margin-top: 24px; }
          .panel, .failure, .nothing { padding: 16px; }
          td, th { padding-right: 10px; }
          .wide { display: none; }
        }

        """;

    /// <summary>The parts: checks, findings, pictures, tables; and the page on paper.</summary>
    public const string Parts = """
        .checks { display: grid; grid-template-columns: repeat(auto-fill, minmax(170px, 1fr)); gap: 12px; }
        .checks li {
          display: flex; flex-direction: column; padding: 14px 16px; background: var(--card); border: 1px solid var(--line);
          border-radius: 10px;
        }
        .checks .name { font-weight: 600; font-size: 15px; }
        .checks .found { margin: 4px 0 8px; }
        .checks .good .found { color: var(--good); }
        .checks a.found, .checks a.found:hover { color: var(--bad); text-decoration-thickness: 1px; }
        .checks .idle .found { color: var(--soft); }
        .checks .small { margin-top: auto; font-size: 13px; }

        .filter { display: flex; flex-wrap: wrap; gap: 8px; margin-bottom: 16px; }
        button {
          font: inherit; font-size: 14px; line-height: 20px; padding: 5px 12px; border: 1px solid var(--line); border-radius: 6px;
          background: var(--card); color: var(--ink); cursor: pointer;
        }
        button span { color: var(--soft); }
        button:hover { border-color: var(--accent); }
        button[aria-pressed='true'] {
          border-color: var(--accent); color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent);
        }

        .finding { padding: 24px; margin-bottom: 16px; scroll-margin-top: 16px; }
        .finding:target { border-color: var(--accent); }
        .kind { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 12px; font-size: 14px; }
        .number { color: var(--soft); text-decoration: none; min-width: 1.2em; }
        .rule { color: var(--bad); font-weight: 600; overflow-wrap: anywhere; }
        .check { color: var(--soft); margin-left: auto; }
        h3 {
          margin-top: 8px; font-size: 18px; line-height: 1.45; font-weight: 500; max-width: 75ch; overflow-wrap: anywhere;
        }
        .place { margin-top: 8px; }
        .function { font-weight: 600; overflow-wrap: anywhere; }
        .source {
          margin-top: 16px; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; background: var(--sunk);
        }
        figcaption {
          padding: 6px 12px; border-bottom: 1px solid var(--line); color: var(--soft); font: 12px/1.5 var(--mono);
          overflow-wrap: anywhere;
        }
        pre { overflow-x: auto; line-height: 1.6; tab-size: 4; }
        .source pre { padding: 6px 0; }
        .source code { display: block; width: max-content; min-width: 100%; }
        .line { display: block; padding-right: 16px; color: inherit; background: none; }
        mark.line { background: var(--mark); box-shadow: inset 3px 0 var(--mark-line); }
        .no {
          display: inline-block; min-width: 4.6em; padding-right: 1.2em; text-align: right; color: var(--soft); user-select: none;
        }
        mark .no { color: var(--ink); font-weight: 600; }
        .no b { margin-right: 0.5em; }
        .c { color: var(--soft); font-style: italic; }
        .k { color: var(--word); }
        .s { color: var(--text); }
        .n { color: var(--digit); }
        .stacks { display: grid; grid-template-columns: repeat(auto-fit, minmax(250px, 1fr)); gap: 16px 32px; margin-top: 20px; }
        .stacks > div { min-width: 0; }
        h4 { margin-bottom: 4px; font-size: 13px; font-weight: 600; color: var(--soft); }
        .stacks ol { list-style: none; }
        .stacks li { padding: 1px 0; line-height: 1.5; }
        .one { margin: 4px 0 6px; padding: 4px 10px; border-radius: 6px; background: var(--sunk); }
        .one .no { min-width: 0; padding-right: 1em; }
        .about { margin-top: 20px; padding-top: 16px; border-top: 1px solid var(--line); font-size: 14px; }
        .about > div { display: flex; gap: 4px 16px; padding: 3px 0; }
        .about dt { flex: none; width: 84px; color: var(--soft); }
        .about dd { min-width: 0; overflow-wrap: anywhere; }
        .repeat { display: flex; flex: 1; gap: 8px; align-items: flex-start; }
        .repeat code {
          flex: 1; min-width: 0; white-space: pre-wrap; overflow-wrap: anywhere; padding: 6px 12px; border-radius: 6px;
          background: var(--sunk); border: 1px solid var(--line); line-height: 20px; user-select: all;
        }
        .repeat span { display: inline-block; max-width: 100%; }
        .known { margin-top: 24px; }
        .known[open] > summary { margin-bottom: 16px; }
        .known .finding { background: none; border-style: dashed; }
        .known .rule, .known h3, .known .function { color: var(--soft); font-weight: 400; }
        .known .source code { opacity: 0.85; }

        .chart { display: grid; grid-template-columns: max-content minmax(0, 1fr); column-gap: 16px; }
        .chart .names { font-size: 14px; }
        .chart .names li { display: flex; align-items: center; white-space: nowrap; }
        .plot svg { display: block; width: 100%; border-bottom: 1px solid var(--line); }
        .axis { position: relative; height: 24px; color: var(--soft); font-size: 12px; overflow: hidden; }
        .axis span { position: absolute; top: 4px; white-space: nowrap; }
        .axis .last { transform: translateX(-100%); }
        svg .rule, svg .grid, svg .gap { fill: none; stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; }
        svg .grid { stroke-dasharray: 2 3; }
        svg .gap { stroke: var(--soft); stroke-dasharray: 1 5; }
        svg .bad { fill: var(--bad); }
        svg .cut { fill: var(--card); opacity: 0.55; }
        .run { stroke-width: 1; vector-effect: non-scaling-stroke; }
        .run.clean { fill: var(--quiet); }
        .run.refused { fill: var(--card); stroke: var(--quiet); }
        .run.findings { fill: var(--bad); }
        .run.crashed { fill: url(#crashed); stroke: var(--bad); }
        .run.hung { fill: url(#hung); stroke: var(--bad); }
        a:hover .run { opacity: 0.75; }
        .step { fill: none; stroke: var(--soft); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
        .legend { display: flex; flex-wrap: wrap; gap: 4px 24px; margin-top: 12px; color: var(--soft); font-size: 13px; }
        .key { display: inline-block; width: 14px; height: 8px; margin-right: 8px; border-radius: 1px; background: var(--quiet); }
        .key.refused { background: none; box-shadow: inset 0 0 0 1.5px var(--quiet); }
        .key.findings { height: 12px; background: var(--bad); }
        .key.crashed, .key.hung { height: 12px; box-shadow: inset 0 0 0 1px var(--bad); }
        .key.crashed { background: repeating-linear-gradient(45deg, var(--bad) 0 3px, transparent 3px 5px); }
        .key.hung { background: repeating-linear-gradient(0deg, var(--bad) 0 2px, transparent 2px 4px); }
        .memory .names { position: relative; width: 112px; color: var(--soft); font: 11px/13px var(--mono); }
        .memory .names span { position: absolute; left: 0; white-space: nowrap; }
        .framed { stroke: var(--card); stroke-width: 1; vector-effect: non-scaling-stroke; }
        g:hover > .block { opacity: 0.75; }
        .kept, .key.kept { fill: var(--bad); background: var(--bad); }
        .key.kept { width: 5px; height: 12px; }
        .call-0 { fill: var(--call-0); background: var(--call-0); }
        .call-1 { fill: var(--call-1); background: var(--call-1); }
        .call-2 { fill: var(--call-2); background: var(--call-2); }
        .call-3 { fill: var(--call-3); background: var(--call-3); }
        .call-4 { fill: var(--call-4); background: var(--call-4); }
        .call-5 { fill: var(--call-5); background: var(--call-5); }
        .panel > details { margin-top: 16px; font-size: 14px; }

        .bars { width: 34%; vertical-align: middle; }
        .bar { display: block; height: 8px; border-radius: 4px; background: var(--line); overflow: hidden; }
        .bar i { display: block; height: 100%; background: var(--accent); }
        .runs table { margin-top: 8px; }
        .runs table details { margin-top: 2px; font-size: 13px; }
        .runs table ol { list-style: none; padding: 2px 0 4px 12px; color: var(--soft); }
        .outcome { white-space: nowrap; }
        .when { display: inline-block; min-width: 5em; }

        @media (max-width: 640px) {
          .checks { grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 8px; }
          .checks li { padding: 12px; }
          .finding { padding: 16px; }
          h3 { font-size: 17px; }
          .no { min-width: 4.4em; padding-right: 0.8em; }
          .about > div { flex-direction: column; gap: 0; padding: 5px 0; }
          .repeat { width: 100%; }
          .chart { column-gap: 10px; }
          .chart .names { font-size: 12px; }
          .memory .names { width: 88px; font-size: 10px; }
          .bars { width: 22%; }
          .coverage .at { display: block; }
        }
        @media print {
          :root {
            --ground: #fff; --card: #fff; --sunk: #fff; --ink: #000; --soft: #444; --line: #bbb; --accent: #000; --bad: #a02c10;
            --good: #14603f; --mark: #eee; --mark-line: #000; --word: #000; --text: #000; --digit: #000;
          }
          body { max-width: none; padding: 0; font-size: 11pt; }
          nav, .filter, .copy, .skip { display: none !important; }
          a { color: inherit; text-decoration: none; }
          * { box-shadow: none !important; }
          section { margin-top: 24pt; }
          .finding { padding: 12pt; }
          .finding[hidden] { display: block !important; }
          .source, .checks li, tr, .chart { break-inside: avoid; }
          h2, h3, h4, .kind { break-after: avoid; }
          pre, .repeat code { white-space: pre-wrap; overflow: visible; }
          .source code { width: auto; }
          details::details-content { content-visibility: visible; block-size: auto; }
          .bar i, .key, svg, mark.line { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        }

        """;
}
