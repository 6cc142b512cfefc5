using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// The ways of pinning an extent, the best one first: a long-term pin by io_uring, references in a pipe. Whatever forbids the
/// one, and when RLIMIT_MEMLOCK has no room for it, the other is taken, where the request allows any. Thread-safe.
/// </summary>
internal sealed class PinLadder : IDisposable
{
    // A ring's charge is given back some milliseconds after its process has ended, in parts: a program that
    // starts right then waits for it.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(60);

    private readonly PinPolicy _policy;
    private readonly PinKind[] _kinds;
    private long _waited;

    public PinLadder(NonpagedPoolOptions options)
    {
        _policy = new PinPolicy(options.Pins);
        // What outlives this process is a ring.
        _kinds = options.HoldPins is null ? [.. _policy.Kinds] : [.. _policy.Kinds.Where(kind => kind == PinKind.IoUring)];
        Rings = new PinTable(options.HoldPins);
    }

    /// <summary>The long-term pins alone.</summary>
    public PinTable Rings { get; }

    /// <summary>How many further bytes may be pinned, as far as that is known beforehand.</summary>
    public ulong Room() => _kinds.Contains(PinKind.Pipe) ? ulong.MaxValue : MemlockBudget.Room();

    /// <summary>
    /// Null, or why so much cannot be pinned in any way that a request allows, whatever memory it is:
    /// asked before memory is obtained.
    /// </summary>
    public AllocationFailure? Refuse(PinDemand demand, nuint length)
    {
        if (demand is PinDemand.None or PinDemand.WherePossible) return null;
        AllocationFailure? first = null;
        foreach (PinKind kind in _kinds)
        {
            if (demand == PinDemand.LongTerm && kind == PinKind.Pipe) continue;
            AllocationFailure? failure = _policy.Refuse(kind, length);
            if (failure is null && kind == PinKind.Pipe && PipePins.Refuse(isHugetlb: false) is { } noSplice)
                failure = PipePins.Refuse(isHugetlb: true) is null ? null : noSplice;
            if (failure is null && kind == PinKind.IoUring) failure = Patiently(() => Rings.Refuse(length));
            if (failure is null) return null;
            first = Join(first, failure);
        }

        return first ?? PinFailures.NoKind(_policy.Kinds, demand);
    }

    /// <summary>
    /// Pins an extent's file, which is filled and mapped. Null, with the reason, where no way is possible; nothing is held then.
    /// </summary>
    public ExtentPin? TryPin(MemoryFile file, Rung rung, PinDemand demand, out AllocationFailure? failure)
    {
        failure = null;
        foreach (PinKind kind in _kinds)
        {
            if (demand == PinDemand.LongTerm && kind == PinKind.Pipe) continue;
            AllocationFailure? refused = _policy.Refuse(kind, file.Length);
            IDisposable? held = null;
            if (refused is null)
            {
                held = kind == PinKind.IoUring
                    ? Rings.TryPin(file.Start, file.Length, out refused)
                    : PipePins.TryPin(file, rung.Unit, rung.IsHugetlb, out refused);
            }

            if (held is not null)
            {
                failure = null;
                Interlocked.Exchange(ref _waited, 0);
                if (kind == PinKind.Pipe) KeepMapped(file, rung);
                return new ExtentPin(kind, held);
            }

            failure = Join(failure, refused!);
        }

        failure ??= PinFailures.NoKind(_policy.Kinds, demand);
        if (failure.Kind != FailureKind.MemoryLock || !_kinds.Contains(PinKind.IoUring)) return null;
        RingPin? late = null;
        AllocationFailure? still = Patiently(() =>
        {
            late = Rings.TryPin(file.Start, file.Length, out AllocationFailure? again);
            return again;
        });
        if (still is null) failure = null;
        return late is null ? null : new ExtentPin(PinKind.IoUring, late);
    }

    public void Dispose() => Rings.Dispose();

    /// <summary>Tries again for a while where RLIMIT_MEMLOCK has no room; once, until something was pinned again.</summary>
    private AllocationFailure? Patiently(Func<AllocationFailure?> attempt)
    {
        AllocationFailure? failure = attempt();
        long deadline = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        if (failure?.Kind != FailureKind.MemoryLock || Interlocked.Exchange(ref _waited, 1) != 0) return failure;
        while (failure?.Kind == FailureKind.MemoryLock && Environment.TickCount64 < deadline)
        {
            Thread.Sleep(3);
            failure = attempt();
        }

        return failure;
    }

    /// <summary>
    /// Reclaim may take a referenced page out of the page table, and a touch maps the same page again (a minor fault). Where
    /// locking costs the user nothing that is scarce, it is prevented.
    /// </summary>
    private static unsafe void KeepMapped(MemoryFile file, Rung rung)
    {
        if (!rung.IsHugetlb && MemlockBudget.Room() == ulong.MaxValue) LibC.MLock((void*)file.Start, file.Length);
    }

    /// <summary>What the best way lacks decides the kind; what the others lack is told beside it.</summary>
    // What both say is said once.
    private static AllocationFailure Join(AllocationFailure? first, AllocationFailure next) =>
        first is null || first == next ? next : first with
        {
            Reason = $"{first.Reason} {next.Reason}",
            Limit = $"{first.Limit}; {next.Limit}",
            Remedy = $"{first.Remedy}; or {next.Remedy}",
        };
}
