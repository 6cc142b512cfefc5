namespace Nonpaged.Cli.Tests.Verify;

/// <summary>What reports are made of in tests.</summary>
internal static class ReportSample
{
    public const string Root = "/sources/driver";
    public const string Source = Root + "/src/my card.c";

    public static IReadOnlyList<string> DriverLines { get; } =
    [
        "/* A driver", "   of nothing. */", "static void Send(void)", "{", "    int a = 1 < 2;", "    write(a);",
        "    if (a) return;", "    write(\"text\");", "}", "", "static void Halt(void)", "{", "}",
    ];

    public static FindingDocument Finding() => new()
    {
        Rule = "write-past-end",
        Check = "special-pool",
        Driver = "card",
        Message = "It wrote past the end.",
        Function = "Send",
        File = Source,
        Line = 6,
        Handler = "Send",
        Source = "a <source>",
        Seed = 1,
        Run = "behind",
        Count = 2,
        Stack = [new FrameDocument("Send", Source, 6, "card.so+0x40")],
        Allocated = [new FrameDocument(null, null, 0, "card.so+0x10")],
        Repeat = "nonpaged verify card.so --run behind",
        Identity = "write-past-end|card|x",
    };

    public static VerifyDocument Sample() => Sample(Finding(), Finding() with
    {
        Rule = "reset-fails",
        Check = "life",
        Run = "reset",
        Message = "It does not come back.",
        Identity = "reset-fails|card|y",
        Known = true,
        File = null,
        Line = null,
        Stack = [],
        Allocated = [],
    });

    public static VerifyDocument Sample(params FindingDocument[] findings) => new()
    {
        Driver = "card",
        File = Root + "/build/card.so",
        Nic = "rtl8139",
        Seed = 1,
        Seconds = 6,
        Started = new DateTimeOffset(2026, 11, 30, 16, 42, 7, TimeSpan.Zero),
        Checks =
        [
            new VerifyCheckDocument("special-pool", 2, 2, 1), new VerifyCheckDocument("life", 2, 3, 1),
            new VerifyCheckDocument("time", 0, 0, 0),
        ],
        Runs =
        [
            new VerifyRunDocument("special-pool", "behind", 1, 0, 1.25, "findings", []),
            new VerifyRunDocument("special-pool", "before", 1, 1.25, 0.75, "clean", []),
            new VerifyRunDocument("life", "reset", 1, 2, 1, "findings", []),
            new VerifyRunDocument("life", "halt", 1, 3, 2, "hung", [new VerifyStepDocument(0.5, "MiniportHalt")]),
        ],
        Findings = findings,
    };

    /// <summary>The page, with the source of the driver.</summary>
    public static string Page(VerifyDocument document) =>
        HtmlReport.Write(document, file => file == Source ? [.. DriverLines] : null);
}
