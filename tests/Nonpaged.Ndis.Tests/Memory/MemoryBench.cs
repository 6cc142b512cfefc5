using Nonpaged.Tests;

namespace Nonpaged.Ndis.Tests.Memory;

/// <summary>An NDIS over a machine's RAM, and whoever calls it.</summary>
internal sealed class MemoryBench : IDisposable
{
    private readonly MachineRam _ram;
    private readonly NonpagedPool _pool;

    public MemoryBench(NdisOptions? options = null, ulong ram = 16 << 20, IReadOnlyList<MemoryPiece>? layout = null)
    {
        _ram = new MachineRam(ram);
        _pool = _ram.Pool(layout ?? MachineRam.Pc(ram));
        Ndis = new NdisInstance(_pool, (options ?? new NdisOptions()) with { KeepJournal = true }) { Log = Lines.Add };
        Free = _pool.FreeBytes;
    }

    public static Driver Miniport { get; } = new("test-miniport", DriverKind.Miniport);

    public static Driver Protocol { get; } = new("test-protocol", DriverKind.Protocol);

    public NdisInstance Ndis { get; }

    public List<string> Lines { get; } = [];

    /// <summary>What was free at first.</summary>
    public ulong Free { get; }

    public NonpagedPool Pool => _pool;

    public NdisReport TheReport => Assert.Single(Ndis.Reports);

    /// <summary>As a miniport in initialization, unless told otherwise.</summary>
    public void Run(Action action, Driver? driver = null, bool initializing = true, Irql irql = Irql.PASSIVE_LEVEL)
    {
        using (CallContext.Enter(new CallContext(Ndis, driver ?? Miniport, irql, initializing))) action();
    }

    public void AssertAllFree()
    {
        Assert.Empty(Ndis.Outstanding);
        Assert.Equal(Free, _pool.FreeBytes);
    }

    public void Dispose()
    {
        Ndis.Dispose();
        _pool.Dispose();
        _ram.Dispose();
    }
}
