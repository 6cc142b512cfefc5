namespace Nonpaged.Ndis;

/// <summary>An object whose references are counted: it goes with the last one.</summary>
/// <param name="address">Where it is in memory, which is what drivers have.</param>
/// <param name="type">Its type, as its header has it; 0xff for what no thread can wait for.</param>
/// <param name="what">What it is, for reports: "an event".</param>
/// <param name="gone">Gives its memory back.</param>
internal sealed class KernelObject(nint address, byte type, string what, Action gone)
{
    public nint Address { get; } = address;

    public byte Type { get; } = type;

    public string What { get; } = what;

    public Action Gone { get; } = gone;

    /// <summary>By which other calls find it; null where it has none.</summary>
    public string? Name { get; init; }

    /// <summary>Guarded by the lock of the objects.</summary>
    public int References { get; set; } = 1;
}
