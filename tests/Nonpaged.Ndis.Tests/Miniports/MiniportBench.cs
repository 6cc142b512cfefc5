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

    public static void Eventually(Func<bool> condition, string what)
    {
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(10)), what);
    }

    public NdisReport Report(NdisReportKind kind) => Assert.Single(Ndis.Reports, report => report.Kind == kind);

    public void Dispose()
    {
        Ndis.Dispose();
        Machine.Dispose();
    }
}
