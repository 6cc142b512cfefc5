namespace Nonpaged.Ndis.Tests.Miniports;

/// <summary>An instance on a fake machine, with the tiny miniport.</summary>
internal sealed class MiniportBench : IDisposable
{
    public MiniportBench()
    {
        Ndis = new NdisInstance(Machine);
        Miniport.Halt = Miniport.Release;
    }

    public FakeMachine Machine { get; } = new();

    public NdisInstance Ndis { get; }

    public TinyMiniport Miniport { get; } = new();

    public Adapter Start() => Ndis.StartAdapter(Miniport.Driver);

    /// <summary>For what takes milliseconds on a machine that has nothing else to do.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    public static void Eventually(Func<bool> condition, string what) => Eventually(condition, () => what);

    /// <summary>With what is true when it has waited in vain.</summary>
    public static void Eventually(Func<bool> condition, Func<string> what)
    {
        if (!SpinWait.SpinUntil(condition, Patience)) Assert.Fail(what());
    }

    public NdisReport Report(NdisReportKind kind) => Assert.Single(Ndis.Reports, report => report.Kind == kind);

    public void Dispose()
    {
        Ndis.Dispose();
        Machine.Dispose();
    }
}
