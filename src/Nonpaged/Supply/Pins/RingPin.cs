namespace Nonpaged;

/// <summary>Slots of a <see cref="PinTable"/> that hold a range in place until disposed.</summary>
internal sealed class RingPin(PinTable table, IReadOnlyList<(uint Slot, nuint Length)> slots) : IDisposable
{
    private IReadOnlyList<(uint Slot, nuint Length)>? _slots = slots;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _slots, null) is { } held) table.Clear(held);
    }
}
