using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// Pins by io_uring's registered buffers: one ring, a sparse table, a slot for each GiB of an extent. A registered buffer is pinned with
/// FOLL_LONGTERM, so neither compaction nor MADV_COLLAPSE moves it (io_uring_register(2)). Callers hold the pool's lock.
/// </summary>
internal sealed unsafe class PinTable : IDisposable
{
    private const uint Slots = 16384;
    private const nuint MaxLength = 1 << 30;

    private readonly Stack<uint> _vacant = [];
    private SafeFileHandle? _ring;
    private uint _next;

    /// <summary>Pins a range, or says why that is not permitted. Nothing stays pinned after a failure.</summary>
    public Pin? TryPin(nuint address, nuint length, out AllocationFailure? failure)
    {
        if (Open() is { } refused)
        {
            failure = refused;
            return null;
        }

        var slots = new List<uint>();
        for (nuint done = 0; done < length; done += MaxLength)
        {
            nuint part = nuint.Min(MaxLength, length - done);
            if (!_vacant.TryPop(out uint slot)) slot = _next < Slots ? _next++ : Slots;
            SysResult pinned = slot == Slots ? SysResult.Failed(Errno.ENOSPC) : IoUring.UpdateSlot(_ring!, slot, (void*)(address + done), part);
            if (slot != Slots) slots.Add(slot);
            if (!pinned.IsError) continue;
            Clear(slots);
            failure = PinFailures.ForBuffer(pinned.Errno, length);
            return null;
        }

        failure = null;
        return new Pin(this, slots);
    }

    public void Clear(IReadOnlyList<uint> slots)
    {
        foreach (uint slot in slots)
        {
            // A slot that could not be filled is empty already, and clearing an empty one is allowed.
            if (_ring is not null) IoUring.UpdateSlot(_ring, slot, null, 0);
            _vacant.Push(slot);
        }
    }

    public void Dispose()
    {
        _ring?.Dispose();
        _ring = null;
    }

    private AllocationFailure? Open()
    {
        if (_ring is not null) return null;
        SysResult created = IoUring.Create(out SafeFileHandle ring);
        SysResult registered = created.IsError ? created : IoUring.RegisterSparseTable(ring, Slots);
        if (registered.IsError)
        {
            ring.Dispose();
            return PinFailures.ForRing(registered.Errno);
        }

        _ring = ring;
        return null;
    }
}
