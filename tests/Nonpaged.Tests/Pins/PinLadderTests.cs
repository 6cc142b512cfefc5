using Nonpaged.Interop;
using Nonpaged.Tests.Extents;

namespace Nonpaged.Tests.Pins;

/// <summary>Which kind of pin a request gets, and what each kind holds.</summary>
[Collection("host memory")]
public sealed unsafe class PinLadderTests
{
    public static TheoryData<PinKind, MemoryRung> Kinds => new()
    {
        { PinKind.IoUring, MemoryRung.SmallPages },
    { PinKind.IoUring, MemoryRung.Collapsed }, { PinKind.IoUring, MemoryRung.OnDemandHugepages },
        { PinKind.Pipe, MemoryRung.SmallPages },
    { PinKind.Pipe, MemoryRung.Collapsed }, { PinKind.Pipe, MemoryRung.OnDemandHugepages },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Neither_compaction_nor_collapsing_nor_pageout_moves_what_a_pin_of_any_kind_holds(PinKind kind, MemoryRung rung)
    {
        Host.SkipUnlessRoot();
        using var overcommit = new HostSetting(Host.Overcommit, 16);
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [rung], Pins = [kind] });
        using MemoryBlock block = pool.Allocate(new MemoryRequest(8 << 20) { Pin = PinDemand.Any, WholePages = true });
        Assert.Equal(kind, block.Obtained.Pin);
        block.AsSpan().Fill(0x5a);
        Host.AssertFramesAreThoseOfTheKernel(pool, block);
        for (int i = 0; i < 3; i++) File.WriteAllText("/proc/sys/vm/compact_memory", "1");
        LibC.MAdvise(block.Address, block.Length, LibC.MADV_COLLAPSE);
        LibC.MAdvise(block.Address, block.Length, LibC.MADV_PAGEOUT);
        Assert.Equal(-1, block.AsSpan().IndexOfAnyExcept((byte)0x5a));
        Host.AssertFramesAreThoseOfTheKernel(pool, block);
        Assert.Empty(pool.CheckPins());
    }

    [Fact]
    public void A_request_gets_the_kind_of_pin_that_it_demands_and_none_where_it_demands_none()
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [MemoryRung.SmallPages] });
        using MemoryBlock any = pool.Allocate(new MemoryRequest(4096) { Pin = PinDemand.Any });
        using MemoryBlock longTerm = pool.Allocate(new MemoryRequest(4096) { Pin = PinDemand.LongTerm });
        using MemoryBlock none = pool.Allocate(new MemoryRequest(4096) { Pin = PinDemand.None });
        Assert.Equal(
            (PinKind.IoUring, PinKind.IoUring, PinKind.None), (any.Obtained.Pin, longTerm.Obtained.Pin, none.Obtained.Pin));
        Assert.False(pool.TryTranslate(none.Address, out _));
        Assert.All(none.Obtained.PhysicalRanges, range => Assert.Null(range.Start));
        using var pipes = NonpagedPool.Create(new NonpagedPoolOptions { Pins = [PinKind.Pipe] });
        Assert.Equal(FailureKind.PinForbidden, Refusal(pipes, PinDemand.LongTerm).Kind);
        using var nothing = NonpagedPool.Create(new NonpagedPoolOptions { Pins = [], Ladder = [MemoryRung.SmallPages] });
        Assert.Equal(FailureKind.PinForbidden, Refusal(nothing, PinDemand.Any).Kind);
        Assert.False(nothing.TryAllocate(new MemoryRequest(4096) { Contiguous = true }, out _, out AllocationFailure? failure));
        Assert.Equal(FailureKind.PinForbidden, failure.Kind);
        using MemoryBlock resident = nothing.Allocate(new MemoryRequest(4096) { WholePages = true });
        Assert.False(resident.Obtained.Pinned);
        Assert.False(nothing.TryTranslate(resident.Address, out _));
    }

    [Theory]
    [InlineData((int)Errno.EPERM, "not permitted here (EPERM)", FailureKind.PinForbidden)]
    [InlineData((int)Errno.EACCES, "not permitted here (EACCES)", FailureKind.PinForbidden)]
    [InlineData((int)Errno.EOPNOTSUPP, "not permitted here (EOPNOTSUPP)", FailureKind.PinForbidden)]
    [InlineData((int)Errno.ENOSYS, "has no io_uring", FailureKind.PinForbidden)]
    [InlineData((int)Errno.EINVAL, "sparse buffer tables", FailureKind.PinForbidden)]
    [InlineData((int)Errno.EMFILE, "no descriptor for a ring (EMFILE)", FailureKind.Descriptors)]
    [InlineData((int)Errno.ENOSPC, "io_uring_setup: ENOSPC", FailureKind.Kernel)]
    public void Why_no_ring_can_be_made_is_told_and_references_hold_the_pages_instead(int errno, string reason, FailureKind kind)
    {
        using var hook = new AlwaysFails("io_uring_setup", (Errno)errno);
        using var pool = NonpagedPool.Create();
        AllocationFailure failure = Refusal(pool, PinDemand.LongTerm);
        Assert.Contains(reason, failure.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("nonpaged doctor", kind == FailureKind.Kernel ? "" : failure.Remedy, StringComparison.Ordinal);
        Assert.Equal((kind, errno), (failure.Kind, failure.Errno));
        using MemoryBlock block = pool.Allocate(new MemoryRequest(4096) { Pin = PinDemand.Any });
        Assert.Equal(PinKind.Pipe, block.Obtained.Pin);
    }

    [Fact]
    public void A_pipe_that_is_drained_is_found_and_nothing_more_comes_from_what_it_held()
    {
        using var pool = NonpagedPool.Create(
            new NonpagedPoolOptions { Pins = [PinKind.Pipe], Ladder = [MemoryRung.SmallPages], Verify = true });
        LostPin? told = null;
        pool.PinLost += lost => told = lost;
        HashSet<string> before = [.. OwnPipes.Paths()];
        MemoryBlock block = pool.Allocate(new MemoryRequest(4096) { Pin = PinDemand.Any });
        Assert.True(OwnPipes.Drain(OwnPipes.Paths().First(path => !before.Contains(path))));
        Assert.Single(pool.CheckPins());
        Assert.False(pool.TryTranslate(block.Address, out _));
        Assert.Equal(PinKind.None, block.Obtained.Pin);
        block.Dispose();
        Assert.Equal((PinKind.Pipe, 1), (told!.Pin, told.Blocks.Count));
        using MemoryBlock next = pool.Allocate(new MemoryRequest(4096) { Pin = PinDemand.Any });
        Assert.False(next.LastStart >= told.Address && next.LastStart < told.Address + told.Length);
        Assert.Empty(pool.CheckPins());
    }

    [Fact]
    public void That_2_MiB_are_mapped_as_one_page_is_seen_in_smaps_too()
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [MemoryRung.Collapsed] });
        using MemoryBlock huge = pool.Allocate(new MemoryRequest(6 << 20) { Alignment = 2 << 20 });
        Assert.Equal(6u << 20, FrameReader.ReadShmemPmdMapped((nuint)huge.Address, 6 << 20));
        using var other = NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [MemoryRung.SmallPages] });
        using MemoryBlock small = other.Allocate(new MemoryRequest(6 << 20) { WholePages = true });
        Assert.Equal(0u, FrameReader.ReadShmemPmdMapped((nuint)small.Address, 6 << 20));
        AllocationFailure unproven = RungFailures.Unproven(2 << 20, new FrameReading([], Errno.EACCES, null), Errno.EACCES);
        Assert.Equal((FailureKind.FramesUnknown, (int)Errno.EACCES), (unproven.Kind, unproven.Errno));
        Assert.Contains("ambient capabilities", unproven.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("compact_memory", unproven.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cap_of_the_operator_is_kept_by_all_pools_together()
    {
        var policy = new PinPolicy([PinKind.IoUring, PinKind.Pipe], "pipe=64M");
        Assert.Equal(FailureKind.PinForbidden, policy.Refuse(PinKind.IoUring, 1)!.Kind);
        Assert.Null(policy.Refuse(PinKind.Pipe, 64 << 20));
        Assert.Equal(
            (FailureKind.PinLimit, 64L << 20),
            (policy.Refuse(PinKind.Pipe, (64 << 20) + 1)!.Kind, policy.Refuse(PinKind.Pipe, (64 << 20) + 1)!.LimitValue));
        PinPolicy.Charge(PinKind.Pipe, 1 << 20);
        Assert.NotNull(policy.Refuse(PinKind.Pipe, 64 << 20));
        PinPolicy.Charge(PinKind.Pipe, -1 << 20);
        foreach (string wrong in (string[])["pipes", "pipe=", "pipe=1X", "pipe=1=2", "pipe,pipe", "io_uring,none"])
        {
            Assert.Contains(
                "word that is not known",
                new PinPolicy([PinKind.Pipe], wrong).Refuse(PinKind.Pipe, 1)!.Reason,
                StringComparison.Ordinal);
        }

        Assert.Null(new PinPolicy([PinKind.Pipe], " io_uring=1G , pipe ").Refuse(PinKind.Pipe, nuint.MaxValue));
    }

    private static AllocationFailure Refusal(NonpagedPool pool, PinDemand pin)
    {
        Assert.False(pool.TryAllocate(new MemoryRequest(4096) { Pin = pin }, out _, out AllocationFailure? failure));
        return failure;
    }

    private sealed class AlwaysFails : SystemCallHook, IDisposable
    {
        private readonly string _call;
        private readonly Errno _errno;

        public AlwaysFails(string call, Errno errno)
        {
            (_call, _errno) = (call, errno);
            Installed = this;
        }

        public void Dispose() => Installed = null;

        protected override Errno Before(string call) => call == _call ? _errno : Errno.None;
    }
}
