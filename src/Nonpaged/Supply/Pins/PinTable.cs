using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// Pins by io_uring's registered buffers: rings with sparse tables, a slot for each GiB of an extent. A registered buffer is
/// pinned with FOLL_LONGTERM, so neither compaction nor MADV_COLLAPSE moves it (io_uring_register(2)). Thread-safe: the lock is
/// not held while the kernel pins.
/// </summary>
/// <param name="hold">Is given each ring before it pins anything; null where pins end with this process.</param>
internal sealed unsafe class PinTable(PinHolding? hold = null) : IDisposable
{
    // The kernel looks through its whole table for each huge page that it pins, and fills it at the start: a table of 16384 slots
    // takes 0.15 ms to make and 15 us a huge page, one of 256 4 us to make. So the first ring has as many as most pools need. A
    // further one costs 8 KiB of memlock.
    private const uint FirstSlots = 32;
    private const uint Slots = 256;
    private const int MaxRings = 64;
    private const nuint MaxLength = 1 << 30;

    private readonly Lock _gate = new();
    private readonly Stack<uint> _vacant = [];
    // Slots that the kernel did not clear; tried again with every later call.
    private readonly List<(uint Slot, nuint Length)> _owed = [];
    private readonly List<SafeFileHandle> _rings = [];
    private readonly List<IDisposable> _holds = [];
    private uint _next;
    private bool _isDisposed;

    /// <summary>Null, or why so much cannot be pinned whatever it is.</summary>
    public AllocationFailure? Refuse(nuint length)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_rings.Count == 0 && AddRing() is { } refused) return refused;
        }

        return length <= MemlockBudget.Room() ? null : PinFailures.ForBuffer(Errno.ENOMEM, length);
    }

    /// <summary>Pins a range, or says why that is not permitted. Nothing stays pinned after a failure.</summary>
    public RingPin? TryPin(nuint address, nuint length, out AllocationFailure? failure)
    {
        failure = null;
        var slots = new List<(uint Slot, nuint Length)>();
        for (nuint done = 0; done < length; done += MaxLength)
        {
            nuint part = nuint.Min(MaxLength, length - done);
            failure = TakeSlot(out uint slot, out SafeFileHandle? ring);
            SysResult pinned = failure is null
                ? IoUring.UpdateSlot(ring!, PlaceIn(slot), (void*)(address + done), part)
                : default;
            if (failure is null && !pinned.IsError)
            {
                slots.Add((slot, part));
                MemlockBudget.Charge((long)part);
                PinPolicy.Charge(PinKind.IoUring, (long)part);
                continue;
            }

            if (failure is null) ReturnSlot(slot);
            Clear(slots);
            failure ??= PinFailures.ForBuffer(pinned.Errno, length);
            return null;
        }

        return new RingPin(this, slots);
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
            _isDisposed = true;
            foreach (SafeFileHandle ring in _rings)
            {
                ForkedDescriptors.Remove(ring);
                ring.Dispose();
                MemlockBudget.Charge(-MemlockBudget.RingCharge);
            }

            foreach (IDisposable one in _holds) one.Dispose();
            _holds.Clear();
            _rings.Clear();
            foreach ((_, nuint length) in _owed)
            {
                MemlockBudget.Charge(-(long)length);
                PinPolicy.Charge(PinKind.IoUring, -(long)length);
            }

            _owed.Clear();
        }
    }

    private bool TryClear((uint Slot, nuint Length) pinned)
    {
        // Without a ring there is no pin left.
        if (_rings.Count > 0 && IoUring.UpdateSlot(_rings[RingOf(pinned.Slot)], PlaceIn(pinned.Slot), null, 0).IsError)
            return false;
        MemlockBudget.Charge(-(long)pinned.Length);
        PinPolicy.Charge(PinKind.IoUring, -(long)pinned.Length);
        _vacant.Push(pinned.Slot);
        return true;
    }

    private static int RingOf(uint slot) => slot < FirstSlots ? 0 : 1 + (int)((slot - FirstSlots) / Slots);

    /// <summary>A slot's place in the table of its ring.</summary>
    private static uint PlaceIn(uint slot) => slot < FirstSlots ? slot : (slot - FirstSlots) % Slots;

    private AllocationFailure? TakeSlot(out uint slot, out SafeFileHandle? ring)
    {
        lock (_gate)
        {
            ring = null;
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_vacant.TryPop(out slot))
            {
                if (RingOf(_next) == _rings.Count && AddRing() is { } refused) return refused;
                slot = _next++;
            }

            ring = _rings[RingOf(slot)];
            return null;
        }
    }

    private void ReturnSlot(uint slot)
    {
        lock (_gate) _vacant.Push(slot);
    }

    private AllocationFailure? AddRing()
    {
        if (_rings.Count == MaxRings) return PinFailures.ForSlots(FirstSlots + (MaxRings - 1) * Slots);
        SysResult created = IoUring.Setup(out SafeFileHandle ring);
        SysResult registered = created.IsError ? created
            : IoUring.RegisterSparseTable(ring, _rings.Count == 0 ? FirstSlots : Slots);
        if (registered.IsError)
        {
            ring.Dispose();
            return PinFailures.ForRing(registered.Errno);
        }

        AllocationFailure? notHeld = null;
        if (hold?.Invoke(ring, out notHeld) is { } held) _holds.Add(held);
        if (notHeld is not null)
        {
            ring.Dispose();
            return notHeld;
        }

        MemlockBudget.Charge(MemlockBudget.RingCharge);
        ForkedDescriptors.Add(ring);
        _rings.Add(ring);
        return null;
    }
}
