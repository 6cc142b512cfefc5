namespace Nonpaged;

/// <summary>Extents from the host, by the first rung of the ladder that gives one. Callers hold the pool's growth lock.</summary>
internal sealed class HostExtents : IDisposable
{
    /// <summary>The size of the huge pages used: one page-table entry of the second level on x86-64 and arm64.</summary>
    public const int HugePage = 2 << 20;

    private readonly NonpagedPoolOptions _options;
    private readonly IommuAddressSpace? _iommu;
    private readonly Rung[] _ladder;
    private bool _hasGrown;

    /// <param name="options">Which rungs, and how far.</param>
    /// <param name="iommu">The IOMMU that maps each extent; null where physical addresses are the frames'.</param>
    public HostExtents(NonpagedPoolOptions options, IommuAddressSpace? iommu)
    {
        _options = options;
        _iommu = iommu;
        Pins = new PinLadder(options);
        if (options.Ladder.Count == 0 || (options.Ladder.Count > 1 && options.Ladder.Distinct().Count() != options.Ladder.Count))
            throw new ArgumentException("A ladder has at least one rung, and each one once.", nameof(options));
        if (options.IdleRelease != Timeout.InfiniteTimeSpan
            && (options.IdleRelease < TimeSpan.Zero || options.IdleRelease.TotalDays > 30))
        {
            throw new ArgumentException(
                $"Idle memory is kept for up to 30 days, or forever (Timeout.InfiniteTimeSpan): {options.IdleRelease}.",
                nameof(options));
        }

        _ladder = new Rung[options.Ladder.Count];
        for (int i = 0; i < _ladder.Length; i++) _ladder[i] = Make(options.Ladder[i]);
    }

    public PinLadder Pins { get; }

    /// <summary>Not every memory will do: it matters which frames it is of.</summary>
    public bool DependsOnFrames(PageRequest request) => _iommu is null && request.DependsOnFrames(HugePage);

    /// <summary>Obtains an extent in which a request may be met, or says why not.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="wished">A length that would be welcome, in bytes; null for one that is as long as the request, for it has the
    /// memory file to itself.</param>
    /// <param name="room">The most that may be taken, in bytes.</param>
    /// <param name="failure">Of the last rung that could have served: what it lacks is lacking everywhere, what the
    /// first ones lack is set-up.</param>
    public Extent? TryObtain(PageRequest request, nuint? wished, nuint room, out AllocationFailure? failure)
    {
        IommuPlacement? placement = _iommu is null ? null : new IommuPlacement(_iommu, request);
        if (placement is not null) request = placement.OfMemory;
        failure = Pins.Refuse(request.Pin, request.Pages << Page.Shift);
        if (failure is not null) return null;
        long patience = Environment.TickCount64 + (_hasGrown ? 0 : 500);
        bool isExact = wished is null && placement is null;
        foreach (Rung rung in _ladder)
        {
            if (!MayServe(rung, request, isExact)) continue;
            failure = request.Node is { } node
                ? NumaNodes.Refuse(node, Page.RoundUp(request.Pages << Page.Shift, rung.Unit), rung)
                : null;
            if (failure is not null) continue;
            if (request.DependsOnFrames(rung.Unit))
            {
                if (Look(rung, request, Needed(request, rung.Unit), room, out failure) is { } found) return found;
                continue;
            }

            foreach (nuint length in LengthsFor(rung, request, wished, room, isExact, allowsShort: placement is null))
            {
                failure = length > room ? RungFailures.TooMuch(rung, length, room) : CheckPatiently(rung, length, patience);
                if (failure is null && TryBuild(rung, request, placement, length, out failure) is { } extent)
                {
                    _hasGrown = true;
                    return extent;
                }

                if (!IsOfLength(failure!.Kind)) break;
            }
        }

        _hasGrown = true;
        failure ??= RungFailures.None(_options, request);
        return null;
    }

    /// <summary>
    /// What is welcome, then whole 2 MiB, because a shorter extent would only be followed by the next; and where memory, memlock
    /// or the ceiling has no room for those, in pages of 4 KiB ever less, down to the pages of the request.
    /// </summary>
    private static IEnumerable<nuint> LengthsFor(
        Rung rung, PageRequest request, nuint? wished, nuint room, bool isExact, bool allowsShort)
    {
        nuint least = Page.RoundUp(request.Pages << Page.Shift, rung.Unit);
        if (isExact)
        {
            yield return least;
            yield break;
        }

        nuint needed = Needed(request, rung.Unit);
        nuint more = Page.RoundUp(nuint.Min(wished ?? 0, room), rung.Unit);
        if (more > needed && more <= room) yield return more;
        if (needed <= room || !allowsShort || rung.Unit > Page.Size) yield return needed;
        if (!allowsShort || rung.Unit > Page.Size) yield break;
        for (nuint length = needed / 2 & ~(nuint)(Page.Size - 1); length > least; length = length / 2 & ~(nuint)(Page.Size - 1))
        {
            if (length <= room) yield return length;
        }

        if (least < needed) yield return least;
    }

    /// <summary>A shorter extent may still be possible.</summary>
    private static bool IsOfLength(FailureKind kind) =>
        kind is FailureKind.OutOfMemory or FailureKind.MemoryLock or FailureKind.PinLimit or FailureKind.Ceiling
            or FailureKind.NoHugePages
            or FailureKind.NoNode or FailureKind.AddressSpace;

    private Extent? TryBuild(
        Rung rung, PageRequest request, IommuPlacement? placement, nuint length, out AllocationFailure? failure)
    {
        return placement is null
            ? new ExtentBuilder(rung, _options, Pins).TryBuild(request, length, length, out failure)
            : new MappedExtentBuilder(rung, _options, placement).TryBuild(request, length, out failure);
    }

    /// <summary>
    /// A program that was killed gives its huge pages back some ten milliseconds later, and on a busy machine some hundred. One
    /// that starts in its place waits for them, once, where the kernel has enough of them in all.
    /// </summary>
    private static AllocationFailure? CheckPatiently(Rung rung, nuint length, long deadline)
    {
        AllocationFailure? failure = rung.Check(length);
        while (failure is not null && rung.MayGetBack(length) && Environment.TickCount64 < deadline)
        {
            Thread.Sleep(5);
            failure = rung.Check(length);
        }

        return failure;
    }

    public void Dispose() => Pins.Dispose();

    private Extent? Look(Rung rung, PageRequest request, nuint needed, nuint room, out AllocationFailure? failure)
    {
        nuint effort = nuint.Min(
            room, nuint.Max(needed, (nuint)_options.SearchEffort)) & ~(rung.Unit - 1);
        failure = effort < needed ? RungFailures.TooMuch(rung, needed, room) : rung.Check(needed);
        // Pages that the kernel's pool has already may lie anywhere.
        bool isReserved = rung.Kind is MemoryRung.HugepagePool or MemoryRung.GiantPages;
        if (failure is null && !isReserved && request.Limit != ulong.MaxValue)
            failure = PhysicalZones.Refuse(request.Limit, effort);
        return failure is null ? new ExtentBuilder(rung, _options, Pins).TryBuild(request, needed, effort, out failure) : null;
    }

    private static Rung Make(MemoryRung rung) => rung switch
    {
        MemoryRung.GiantPages => new GiantPageRung(),
        MemoryRung.HugepagePool => new HugepagePoolRung(),
        MemoryRung.OnDemandHugepages => new OnDemandHugepageRung(),
        MemoryRung.Collapsed => new CollapsedRung(),
        MemoryRung.SmallPages => new SmallPageRung(),
        _ => throw new ArgumentException($"There is no rung {(int)rung}.", nameof(rung)),
    };

    private bool MayServe(Rung rung, PageRequest request, bool isExact)
    {
        // A file of its own is not longer than its block, so that a small one does not take 2 MiB.
        bool isShort = isExact && request.Pages << Page.Shift < HugePage && !request.DependsOnFrames(Page.Size);
        if (isShort && rung.Unit > Page.Size && Array.Exists(_ladder, other => other.Unit == Page.Size)) return false;
        if (request.Protectable && rung.IsHugetlb) return false;
        if (rung.Unit == Page.Size && ((request.Contiguous && request.Pages > 1) || request.DependsOnFrames(Page.Size)))
            return false;
        // A whole GiB for a small block is what an administrator did not reserve it for.
        return rung.Kind != MemoryRung.GiantPages || _ladder.Length == 1
            || request.Pages << Page.Shift >= GiantPageRung.Size / 2 || request.DependsOnFrames(HugePage);
    }

    /// <summary>Extents of whole 2 MiB on every rung: a shorter one would only be followed by the next.</summary>
    private static nuint Needed(PageRequest request, nuint unit) =>
        Page.RoundUp(request.Pages << Page.Shift, nuint.Max(unit, HugePage));
}
