namespace NodeManager.Providers.Reports;

/// <summary>Styles for light, dark, print and narrow screens.</summary>
internal static class DrainPageStyle
{
    public const string Css = """
        :root {
          color-scheme: light dark;
          --paper: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #d8dee4; --raised: #f6f8fa; --track: #eef1f4;
          --good: #1a7f37; --bad: #cf222e; --warn: #9a6700;
          --cordon: #6e7781; --job: #8250df; --surge: #1b7c83; --request: #57606a; --budget: #d4a72c; --server: #cf222e;
          --terminate: #218bff; --detach: #bc4c00; --replacement: #2da44e; --responder: #bf3989;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #0d1117; --ink: #e6edf3; --soft: #9198a1; --line: #30363d; --raised: #161b22; --track: #1c222a;
            --good: #3fb950; --bad: #f85149; --warn: #d29922;
            --cordon: #8b949e; --job: #a371f7; --surge: #39c5cf; --request: #9198a1; --budget: #d29922; --server: #f85149;
            --terminate: #4493f8; --detach: #db6d28; --replacement: #3fb950; --responder: #db61a2;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 76rem; padding: 2rem 1.5rem 4rem; background: var(--paper); color: var(--ink);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
        h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; }
        h2 { font-size: 1.2rem; margin: 2.5rem 0 .25rem; padding-top: 1rem; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
        h3 { font-size: .95rem; margin: 1.25rem 0 .4rem; }
        p { margin: .25rem 0; overflow-wrap: anywhere; }
        .soft { color: var(--soft); }
        .facts { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.25rem 0 0; padding: 0; }
        .facts div { background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: .5rem .9rem; min-width: 7rem; }
        .facts dt { color: var(--soft); font-size: .8rem; }
        .facts dd { margin: 0; font-size: 1.15rem; font-weight: 600; overflow-wrap: anywhere; }
        .status { font-size: .8rem; font-weight: 600; border: 1px solid currentColor; border-radius: 1rem; padding: .1rem .6rem;
          margin-left: .6rem; vertical-align: .15em; white-space: nowrap; }
        .good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
        .scroll { overflow-x: auto; }
        .scroll table { min-width: 54rem; }
        .name { white-space: nowrap; }
        table { border-collapse: collapse; width: 100%; font-size: .85rem; }
        th { text-align: left; font-weight: 600; color: var(--soft); white-space: nowrap; }
        th, td { border-bottom: 1px solid var(--line); padding: .35rem .6rem .35rem 0; vertical-align: top; }
        td { overflow-wrap: anywhere; }
        .number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
        .time { white-space: nowrap; font-variant-numeric: tabular-nums; }
        .legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin: .5rem 0; padding: 0; list-style: none; font-size: .8rem; color: var(--soft); }
        .legend svg { width: .8rem; height: .8rem; margin-right: .35rem; vertical-align: -.05rem; }
        details { margin: 1.25rem 0 0; }
        summary { cursor: pointer; font-weight: 600; font-size: .95rem; margin: 0 0 .4rem; }
        h2 + details { margin-top: .4rem; } h2 + details > summary { font-weight: 400; font-size: .85rem; color: var(--soft); }
        a { color: inherit; }
        .nodes { width: auto; margin: 1.25rem 0 0; } .nodes td, .nodes th { padding-right: 1.75rem; }
        .key { min-width: 9rem; }
        .responder { margin-top: .25rem; }
        .timeline { display: grid; grid-template-columns: minmax(10rem, 19rem) minmax(12rem, 1fr) minmax(9rem, 19rem); column-gap: 1rem; font-size: .8rem; }
        .timeline > div { border-top: 1px solid var(--line); padding: .2rem 0; min-width: 0; }
        .timeline > .head { border: 0; position: sticky; top: 0; background: var(--paper); z-index: 1; }
        .timeline .what { overflow-wrap: anywhere; line-height: 1.35; }
        .timeline .words { color: var(--soft); font-size: .75rem; line-height: 1.45; overflow-wrap: anywhere; }
        .timeline svg { display: block; width: 100%; height: 14px; margin: .1rem 0; }
        .axis { height: 1.5rem; font-size: .72rem; color: var(--soft); }
        .axis span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
        .axis span:first-child { transform: none; } .axis span.last { transform: translateX(-100%); }
        .track { fill: var(--track); } .grid { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; }
        .Cordon { fill: var(--cordon); } .Job { fill: var(--job); } .Surge { fill: var(--surge); } .Request { fill: var(--request); }
        .Budget { fill: var(--budget); } .Server { fill: var(--server); } .Terminate { fill: var(--terminate); } .Detach { fill: var(--detach); }
        .Replacement { fill: var(--replacement); } .Responder { fill: var(--responder); }
        footer { margin-top: 3rem; color: var(--soft); font-size: .8rem; }
        @media (max-width: 60rem) {
          .timeline { grid-template-columns: minmax(8rem, 14rem) minmax(0, 1fr); }
          .timeline > .words { grid-column: 2; border: 0; padding-top: 0; }
          .timeline > .axis + .blank { display: none; }
        }
        @media (max-width: 40rem) {
          body { padding: 1rem .9rem 3rem; }
          .timeline { grid-template-columns: minmax(0, 1fr); }
          .timeline > .bar { border: 0; padding: 0; }
          .timeline > .words { grid-column: 1; padding-top: 0; }
          .timeline > .blank { display: none; }
          .nodes { width: 100%; } .nodes td, .nodes th { padding-right: .6rem; }
          .facts div { flex: 1 1 8rem; }
          .blockers thead { display: none; } .blockers tr, .blockers td { display: block; border: 0; padding: .1rem 0; }
          .blockers tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
        }
        @media print {
          :root { color-scheme: light; --paper: #ffffff; --ink: #000000; --soft: #444444; --line: #bbbbbb; --raised: #ffffff; --track: #eeeeee;
            --good: #116329; --bad: #a40e26; --warn: #7d4e00; --cordon: #6e7781; --job: #8250df; --surge: #1b7c83; --request: #57606a;
            --budget: #d4a72c; --server: #cf222e; --terminate: #218bff; --detach: #bc4c00; --replacement: #2da44e; --responder: #bf3989; }
          .scroll { overflow: visible; } .scroll table { min-width: 0; font-size: 6.5pt; }
          * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          body { max-width: none; padding: 0; font-size: 10pt; }
          .timeline { grid-template-columns: 11rem minmax(0, 1fr) 13rem; font-size: 7pt; column-gap: .6rem; }
          .timeline > div { padding: .1rem 0; } .timeline > .words { grid-column: auto; border-top: 1px solid var(--line); font-size: 6.5pt; }
          .timeline > .head { position: static; } .timeline > .axis { position: relative; } .timeline > .axis + .blank { display: block; }
          .timeline svg { height: 9px; }
          th, td { padding: .12rem .4rem .12rem 0; }
          summary { list-style: none; }
          h2, h3, summary { break-after: avoid; } tr, .timeline > div, .facts div { break-inside: avoid; }
          thead { display: table-header-group; }
        }

        """;

    /// <summary>Of plots, in addition.</summary>
    public const string Plots = """
        .plot { display: block; width: 100%; min-width: 38rem; height: auto; font-size: 12px; }
        .setting { min-width: 13rem; }
        .plot text { fill: var(--ink); } .plot .axis { fill: var(--soft); }
        .plot .bar { fill: var(--terminate); } .plot .paid { fill: none; stroke: var(--terminate); stroke-width: 1.5; }
        .plot .used { fill: var(--replacement); opacity: .45; } .plot .grid { stroke: var(--line); }
        .legend .paid { fill: var(--terminate); } .legend .used { fill: var(--replacement); }

        """;
}
