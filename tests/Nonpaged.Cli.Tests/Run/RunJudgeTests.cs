namespace Nonpaged.Cli.Tests.Run;

public sealed class RunJudgeTests
{
    private static readonly RunRequest s_tap = new() { Taps = ["nic0"] };

    private static readonly RunDocument s_good = new()
    {
        Taps = [new TapDocument("nic0", null, 1500, 10, 0, 10, 0)],
        Frames = new FramesDocument(10, 10, 0),
    };

    [Fact]
    public void A_run_that_did_all_and_reports_nothing_is_good()
    {
        Assert.Null(RunJudge.Judge(s_good, s_tap));
        Assert.Null(RunJudge.JudgeStrictly(s_good, s_tap));
    }

    [Fact]
    public void Frames_that_an_interface_lost_are_a_finding_of_strict_alone()
    {
        RunDocument document = s_good with { Taps = [new TapDocument("nic0", null, 1500, 10, 2, 10, 3)] };
        Assert.Null(RunJudge.Judge(document, s_tap));
        string reason = RunJudge.JudgeStrictly(document, s_tap)!.Reason;
        Assert.Contains("2 frames of nic0 not sent", reason, StringComparison.Ordinal);
        Assert.Contains("3 frames not taken by nic0", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Frames_that_the_card_lost_are_a_finding_of_strict_alone()
    {
        RunDocument document = s_good with { Frames = new FramesDocument(10, 10, 4) };
        Assert.Null(RunJudge.Judge(document, s_tap));
        Assert.Contains("4 frames lost or damaged", RunJudge.JudgeStrictly(document, s_tap)!.Reason,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_of_DMA_is_a_finding_of_strict_alone()
    {
        RunDocument document = s_good with { Reports = [new ReportDocument("DeviceFault", "DMA", "e1000", "", 7)] };
        Assert.Null(RunJudge.Judge(document, s_tap));
        Assert.Contains("7 of DeviceFault", RunJudge.JudgeStrictly(document, s_tap)!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_left_is_a_failure_in_any_case()
    {
        RunDocument document = s_good with
        {
            Outstanding = 1,
            Leaks = [new LeakDocument("driver", "NdisMRegisterInterrupt", null, null, null, null, "")],
        };
        Assert.Contains("1 block or handle", RunJudge.Judge(document, s_tap)!.Reason, StringComparison.Ordinal);
        Assert.Contains("1 of NdisMRegisterInterrupt", RunJudge.JudgeStrictly(document, s_tap)!.Reason,
            StringComparison.Ordinal);
    }
}
