namespace Nonpaged;

/// <summary>Slots of a <see cref="PinTable"/> that hold a range in place until disposed.</summary>
internal sealed class Pin(PinTable table, IReadOnlyList<uint> slots) : IDisposable
{
    private IReadOnlyList<uint> _slots = slots;

    public void Dispose()
    {
        table.Clear(_slots);
        _slots = [];
    }
}
