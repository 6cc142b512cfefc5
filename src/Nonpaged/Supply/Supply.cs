using System.Diagnostics;

namespace Nonpaged;

/// <summary>
/// Pages for a pool: those that it has, and where they do not do, further extents from the host. Owns the lock under which the
/// pool grows; the <see cref="PageStore"/>'s is taken under it. The system calls are made without the store's lock, so that what
/// other threads free or find does not wait for them.
/// </summary>
internal sealed class Supply
{
    private readonly Lock _growth = new();
    private readonly NonpagedPoolOptions _options;
    private readonly PoolLife _life;
    private readonly PageStore _pages;
    private readonly IdleTimer _timer;
    private readonly HostExtents? _host;
    private readonly PoolEvents _events;

    // What is told when the growth lock is left, which guards it: a listener may wait for a thread that waits for that.
    private List<Action>? _untold;

    /// <param name="options">Of the pool.</param>
    /// <param name="host">Where extents come from; null where the pool does not grow.</param>
    /// <param name="life">Of the pool.</param>
    /// <param name="pages">Where extents go.</param>
    /// <param name="timer">Wakes the pool when idle memory has been kept long enough.</param>
    /// <param name="events">Is told of growth.</param>
    public Supply(
        NonpagedPoolOptions options, HostExtents? host, PoolLife life, PageStore pages, IdleTimer timer, PoolEvents events)
    {
        _options = options;
        _host = host;
        _life = life;
        _pages = pages;
        _timer = timer;
        _events = events;
    }

    /// <summary>The pool grows. Otherwise a machine gave its memory, which is scarce.</summary>
    public bool Grows => _host is not null;

    /// <summary>How many bytes that nobody uses the pool keeps for a while.</summary>
    public ulong IdleKept => (ulong)_options.IdleKept;

    /// <summary>Takes pages: null, or why there are none.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="length">The length of that in bytes, as errors tell it.</param>
    /// <param name="owner">For whom.</param>
    public AllocationFailure? Take(in PageRequest request, nuint length, IPageOwner owner)
    {
        HeapHook.Step();
        bool isForOne = Grows && request.Sharing > _options.Sharing;
        if (!isForOne && _pages.TryTake(request, owner)) return null;
        if (Grows && !request.NeedsRegion) return Grow(request, isForOne ? null : owner, [owner]);
        return Shortage(request, length);
    }

    /// <summary>
    /// Takes pages for several owners from an extent that they have to themselves: null, or why there are none.
    /// </summary>
    public AllocationFailure? TakeEach(in PageRequest each, IReadOnlyList<IPageOwner> owners) => Grow(each, null, owners);

    /// <summary>Gives pages back, which are filled with zeros or not.</summary>
    public void Give(IPageOwner owner, nuint pages, bool areZero = false)
    {
        HeapHook.Step();
        OnIdle(_pages.Give(owner, pages, areZero));
    }

    /// <summary>
    /// Keeps an extent that nobody uses for a while, so that a program that allocates and frees does not go to the kernel each
    /// time. Callers hold neither the growth lock nor the store's, for giving back takes its time.
    /// </summary>
    public void OnIdle(Extent? extent)
    {
        if (extent is null) return;
        if (extent.Origin == ExtentOrigin.HostForOne)
        {
            Release(_pages.TakeOne(extent));
            return;
        }

        if (!_timer.IsEver) return;
        Release(_pages.TakeIdleAbove(_timer.Release == TimeSpan.Zero ? 0 : IdleKept, out bool isSomeLeft));
        if (isSomeLeft) _timer.Start();
    }

    /// <summary>Gives back to the kernel what nobody has used for long enough.</summary>
    public void ReleaseIdle()
    {
        if (!_timer.IsEver) return;
        Release(_pages.TakeIdle(Environment.TickCount64 - (long)_timer.Release.TotalMilliseconds, out bool isSomeLeft));
        if (isSomeLeft) _timer.Start();
    }

    /// <summary>Grows so that requests like this one are met without a system call: null, or why that cannot be.</summary>
    public AllocationFailure? Reserve(in PageRequest request, nuint length)
    {
        using (new Growing(this))
        {
            nuint missing;
            using (PageStore.Reading reading = _pages.Read()) missing = reading.Tables.Keep(request);
            if (missing == 0) return null;
            if (!Grows || request.NeedsRegion) return Shortage(request, length);
            // Contiguous ones may be as long as what is reserved, so what is there in part does not count.
            PageRequest rest = request.Contiguous ? request : request with { Pages = missing };
            Extent? extent = Obtain(rest, rest.Pages << Page.Shift, mayBeLonger: false, out AllocationFailure? failure);
            if (extent is null) return failure;
            extent.IsReserved = true;
            failure = _pages.Add(extent);
            if (failure is not null) TellGivenBack(extent.Length);
            return failure;
        }
    }

    /// <summary>The pool is gone: all extents are, when nobody is growing it any more.</summary>
    /// <param name="recorded">The small blocks with a record that were in use.</param>
    /// <returns>All that was in use.</returns>
    public PoolLeftovers Close(IReadOnlyList<MemoryBlock> recorded)
    {
        using (new Growing(this))
        {
            PoolLeftovers leftovers = _pages.Close(recorded, areAllRecorded: _options.Verify, out ulong held);
            _host?.Dispose();
            if (Grows && held > 0) TellGivenBack(held);
            return leftovers;
        }
    }

    /// <summary>Why no pages are like that among those there are.</summary>
    private AllocationFailure Shortage(in PageRequest request, nuint length)
    {
        using PageStore.Reading reading = _pages.Read();
        return request.NeedsRegion
            ? PoolFailures.NoRegion(request, length, RegionMeasures.Of(reading.Tables, request.Caching))
            : PoolFailures.Shortage(_options.Name, request, length, PageMeasures.Of(reading.Tables, request));
    }

    /// <summary>Obtains an extent and takes from it, or says why not.</summary>
    /// <param name="request">What each owner needs.</param>
    /// <param name="any">The owner, where pages of any extent do; null where those of an extent of their own alone do.</param>
    /// <param name="owners">Who takes.</param>
    private AllocationFailure? Grow(in PageRequest request, IPageOwner? any, IReadOnlyList<IPageOwner> owners)
    {
        PageRequest all = owners.Count == 1 ? request : ForAll(request, owners.Count);
        using (new Growing(this))
        {
            // It sees whether the pool is gone. If that comes later, its memory stays until the pool does not grow any more.
            if (any is null) _life.ThrowIfOver();
            else if (_pages.TryTake(request, any)) return null;
            Extent? extent = any is null
                ? Obtain(all, null, mayBeLonger: false, out AllocationFailure? failure)
                : Obtain(all, all.Pages << Page.Shift, mayBeLonger: true, out failure);
            if (extent is null) return failure;
            PageRequest of = any is null ? request with { Only = extent } : request;
            failure = owners.Count == 1
                ? _pages.AddAndTake(extent, of, owners[0], out bool isMet)
                : _pages.AddAndTakeEach(extent, of, owners, out isMet);
            if (isMet) return null;
            if (failure is null)
            {
                failure = ExtentFailures.NotAsAsked(all.Pages << Page.Shift, extent);
                extent.Dispose();
            }

            TellGivenBack(extent.Length);
            return failure;
        }
    }

    /// <summary>Each is one physical range; all of them are where they fit into one page of the kernel's anyway.</summary>
    private static PageRequest ForAll(in PageRequest each, int count)
    {
        nuint pages = each.Pages * (nuint)count;
        return each with
        { Pages = pages, Contiguous = each.Contiguous && each.Pages > 1 && pages << Page.Shift <= HostExtents.HugePage };
    }

    /// <summary>
    /// An extent for a request; where the pool is at its ceiling, or the host has none, idle ones go back to the kernel and it is
    /// tried again. Callers hold the growth lock.
    /// </summary>
    /// <param name="request">What it must be able to meet.</param>
    /// <param name="wished">Its length in bytes; null for one that is as long as the request to the page, for it goes to another
    /// process with its file.</param>
    /// <param name="mayBeLonger">As the pool grows, ahead of what is needed.</param>
    /// <param name="failure">Why there is none.</param>
    private Extent? Obtain(in PageRequest request, nuint? wished, bool mayBeLonger, out AllocationFailure? failure)
    {
        ulong needed = (ulong)request.Pages << Page.Shift;
        if (needed > Room()) ReleaseAllIdle();
        while (true)
        {
            ulong room = Room();
            if (needed > room)
            {
                failure = PoolFailures.AtCeiling(_options, needed, room);
                return null;
            }

            nuint? length = mayBeLonger ? Growth.Wish(_options, needed, _pages.HeldBytes, room, _host!.Pins.Room()) : wished;
            long start = _events.BeginGrowth();
            Extent? extent = _host!.TryObtain(request, length, (nuint)ulong.Min(room, nuint.MaxValue >> 1), out failure);
            if (start != 0) TellGrowth(extent?.Rung, extent?.Length ?? 0, Stopwatch.GetElapsedTime(start));
            // Other frames do not come from giving up these.
            if (extent is not null || _host.DependsOnFrames(request) || !ReleaseAllIdle()) return extent;
        }
    }

    /// <summary>How far the pool is from its ceiling.</summary>
    private ulong Room()
    {
        _pages.AwaitLeaving();
        return (ulong)_options.Ceiling - ulong.Min((ulong)_options.Ceiling, _pages.HeldBytes);
    }

    /// <summary>Gives back all that nobody uses. Whether there was any, or another thread is at it.</summary>
    private bool ReleaseAllIdle()
    {
        Extent[] idle = _pages.TakeIdle(long.MaxValue, out _);
        bool isAny = idle.Length > 0 || _pages.IsSomeLeaving;
        Release(idle);
        return isAny;
    }

    private void Release(Extent[] extents)
    {
        ulong bytes = 0;
        foreach (Extent extent in extents)
        {
            extent.Dispose();
            _pages.OnLeft(extent);
            bytes += extent.Length;
        }

        if (bytes > 0) TellGivenBack(bytes);
    }

    private void TellGrowth(string? rung, ulong bytes, TimeSpan took) => Tell(() => _events.OnGrowth(rung, bytes, took));

    private void TellGivenBack(ulong bytes)
    {
        if (_events.IsToldOfGivingBack) Tell(() => _events.OnGivenBack(bytes));
    }

    private void Tell(Action tell)
    {
        if (_growth.IsHeldByCurrentThread) (_untold ??= []).Add(tell);
        else tell();
    }

    /// <summary>The growth lock, until disposed of; what was to be told is told after that.</summary>
    private readonly ref struct Growing
    {
        private readonly Supply _supply;

        public Growing(Supply supply)
        {
            _supply = supply;
            supply._growth.Enter();
        }

        public void Dispose()
        {
            List<Action>? untold = _supply._untold;
            _supply._untold = null;
            _supply._growth.Exit();
            if (untold is null) return;
            foreach (Action tell in untold) tell();
        }
    }
}
