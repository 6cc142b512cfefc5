using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// Pins by io_uring's registered buffers: one ring, a sparse table, a slot for each GiB of an extent. A registered buffer is pinned with
/// FOLL_LONGTERM, so neither compaction nor MADV_COLLAPSE moves it (io_uring_register(2)). Thread-safe: the lock is not held while the kernel pins.
/// </summary>
internal sealed unsafe class PinTable : IDisposable
{
    private const uint Slots = 16384;
    private const nuint MaxLength = 1 << 30;

    private readonly Lock _gate = new();
    private readonly Stack<uint> _vacant = [];
    // Slots that the kernel did not clear; tried again with every later call.
    private readonly List<(uint Slot, nuint Length)> _owed = [];
    private SafeFileHandle? _ring;
    private uint _next;

    /// <summary>Null, or why so much cannot be pinned whatever it is.</summary>
    public AllocationFailure? Refuse(nuint length)
    {
        if (Open(out _) is { } refused) return refused;
        return length <= MemlockBudget.Room() ? null : PinFailures.ForBuffer(Errno.ENOMEM, length);
    }

    /// <summary>Pins a range, or says why that is not permitted. Nothing stays pinned after a failure.</summary>
    public Pin? TryPin(nuint address, nuint length, out AllocationFailure? failure)
    {
        failure = Open(out SafeFileHandle? ring);
        if (failure is not null) return null;
        var slots = new List<(uint Slot, nuint Length)>();
        for (nuint done = 0; done < length; done += MaxLength)
        {
            nuint part = nuint.Min(MaxLength, length - done);
            uint slot = TakeSlot();
            SysResult pinned = slot == Slots ? SysResult.Failed(Errno.ENOSPC) : IoUring.UpdateSlot(ring!, slot, (void*)(address + done), part);
            if (!pinned.IsError)
            {
                slots.Add((slot, part));
                MemlockBudget.Charge((long)part);
                continue;
            }

            if (slot != Slots) ReturnSlot(slot);
            Clear(slots);
            failure = PinFailures.ForBuffer(pinned.Errno, length);
            return null;
        }

        return new Pin(this, slots);
    }

    public void Clear(IReadOnlyList<(uint Slot, nuint Length)> slots)
    {
        lock (_gate)
        {
            _owed.AddRange(slots);
            _owed.RemoveAll(TryClear);
            if (_owed.Count > 0) _owed.RemoveAll(TryClear);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_ring is null) return;
            _ring.Dispose();
            _ring = null;
            MemlockBudget.Charge(-MemlockBudget.RingCharge);
            foreach ((_, nuint length) in _owed) MemlockBudget.Charge(-(long)length);
            _owed.Clear();
        }
    }

    private bool TryClear((uint Slot, nuint Length) pinned)
    {
        // Without a ring there is no pin left.
        if (_ring is not null && IoUring.UpdateSlot(_ring, pinned.Slot, null, 0).IsError) return false;
        MemlockBudget.Charge(-(long)pinned.Length);
        _vacant.Push(pinned.Slot);
        return true;
    }

    private uint TakeSlot()
    {
        lock (_gate)
        {
            if (_vacant.TryPop(out uint slot)) return slot;
            return _next < Slots ? _next++ : Slots;
        }
    }

    private void ReturnSlot(uint slot)
    {
        lock (_gate) _vacant.Push(slot);
    }

    private AllocationFailure? Open(out SafeFileHandle? ring)
    {
        lock (_gate)
        {
            ring = _ring;
            if (ring is not null) return null;
            SysResult created = IoUring.Create(out SafeFileHandle opened);
            SysResult registered = created.IsError ? created : IoUring.RegisterSparseTable(opened, Slots);
            if (registered.IsError)
            {
                opened.Dispose();
                return PinFailures.ForRing(registered.Errno);
            }

            MemlockBudget.Charge(MemlockBudget.RingCharge);
            ring = _ring = opened;
            return null;
        }
    }
}
