using System.Diagnostics.Tracing;
using System.Globalization;
using Nonpaged.Tests.Pins;

namespace Nonpaged.Tests.Diagnostics;

/// <summary>The event source "Nonpaged": each event is provoked, and told once.</summary>
[Collection("host memory")]
public sealed unsafe class EventSourceTests
{
    private const string Name = "events";

    private static readonly NonpagedPoolOptions s_options = new()
    {
        Name = Name,
        Ladder = [MemoryRung.Collapsed, MemoryRung.SmallPages],
        Ceiling = 8 << 20,
    };

    [Fact]
    public void Ids_names_levels_and_keywords_are_those_that_tools_of_users_know()
    {
        string manifest = EventSource.GenerateManifest(typeof(NonpagedEventSource), null, EventManifestOptions.Strict)!;
        Assert.Null(NonpagedEventSource.Log.ConstructionException);
        Assert.Equal("Nonpaged", NonpagedEventSource.Log.Name);
        foreach (string line in (string[])
        [
            "<event value=\"1\" version=\"0\" level=\"win:Informational\" symbol=\"Grown\" message=\"$(string.event_Grown)\" "
                + "keywords=\"Growth\" task=\"Grown\" template=\"GrownArgs\"/>",
            "<event value=\"2\" version=\"0\" level=\"win:Informational\" symbol=\"GivenBack\" "
                + "message=\"$(string.event_GivenBack)\" keywords=\"Growth\" task=\"GivenBack\" template=\"GivenBackArgs\"/>",
            "<event value=\"3\" version=\"0\" level=\"win:Warning\" symbol=\"AllocationFailed\" "
                + "message=\"$(string.event_AllocationFailed)\" keywords=\"Failures\" task=\"AllocationFailed\" "
                + "template=\"AllocationFailedArgs\"/>",
            "<event value=\"4\" version=\"0\" level=\"win:Error\" symbol=\"BadFree\" message=\"$(string.event_BadFree)\" "
                + "keywords=\"Misuse\" task=\"BadFree\" template=\"BadFreeArgs\"/>",
            "<event value=\"5\" version=\"0\" level=\"win:Warning\" symbol=\"LeftBehind\" "
                + "message=\"$(string.event_LeftBehind)\" keywords=\"Misuse\" task=\"LeftBehind\" template=\"LeftBehindArgs\"/>",
            "<event value=\"6\" version=\"0\" level=\"win:Error\" symbol=\"PinLost\" message=\"$(string.event_PinLost)\" "
                + "keywords=\"Pins\" task=\"PinLost\" template=\"PinLostArgs\"/>",
            "<event value=\"7\" version=\"0\" level=\"win:Critical\" symbol=\"Corrupted\" "
                + "message=\"$(string.event_Corrupted)\" keywords=\"Misuse\" task=\"Corrupted\" template=\"CorruptedArgs\"/>",
            "<keyword name=\"Growth\" message=\"$(string.keyword_Growth)\" mask=\"0x1\"/>",
            "<keyword name=\"Failures\" message=\"$(string.keyword_Failures)\" mask=\"0x2\"/>",
            "<keyword name=\"Misuse\" message=\"$(string.keyword_Misuse)\" mask=\"0x4\"/>",
            "<keyword name=\"Pins\" message=\"$(string.keyword_Pins)\" mask=\"0x8\"/>",
        ])
        {
            Assert.Contains(line, manifest, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_a_pool_grew_by_less_what_it_gave_back_is_what_it_holds()
    {
        using var told = new ToldEvents(Name);
        var pool = NonpagedPool.Create(s_options with { Ceiling = 64 << 20, IdleRelease = TimeSpan.Zero });
        MemoryBlock first = pool.Allocate(300_000);
        EventWrittenEventArgs grown = Assert.Single(told.Of("Grown"));
        Assert.Equal([Name, pool.GetMap().Extents[0].Rung, pool.HeldBytes], grown.Payload!.Take(3));
        Assert.InRange(Assert.IsType<double>(grown.Payload![3]), 1e-3, 60_000);
        pool.Reserve(8 << 20);
        using MemoryBlock other = pool.Allocate(new MemoryRequest(100) { Shared = Sharing.ReadWrite });
        Assert.Equal(pool.HeldBytes, Held());
        other.Dispose();
        Assert.Equal(pool.HeldBytes, Held());
        Assert.Contains(told.Of("GivenBack"), one => (ulong)one.Payload![1]! == 4096);
        first.Dispose();
        Assert.Equal(pool.HeldBytes, Held());
        Assert.NotEqual(0UL, pool.HeldBytes);
        pool.Dispose();
        Assert.Equal(0UL, Held());

        ulong Held() => Sum("Grown", 2) - Sum("GivenBack", 1);

        ulong Sum(string name, int place) =>
            told.Of(name).Aggregate(0UL, (sum, one) => sum + (ulong)one.Payload![place]!);
    }

    [Fact]
    public void A_pool_that_makes_room_at_its_ceiling_tells_what_it_gave_back_before_what_it_got()
    {
        using var told = new ToldEvents(Name);
        using var pool = NonpagedPool.Create(s_options);
        pool.Allocate(3 << 20).Dispose();
        ulong before = pool.HeldBytes;
        using MemoryBlock block = pool.Allocate(7 << 20);
        Assert.Equal(["Grown", "GivenBack", "Grown"], told.All.Select(one => one.EventName));
        Assert.Equal(before, told.All[1].Payload![1]);
    }

    [Fact]
    public void What_fails_is_told_once_by_whatever_call()
    {
        using var told = new ToldEvents(Name);
        using var pool = NonpagedPool.Create(s_options with { Ceiling = 2 << 20, IdleKept = 0 });
        AllocationFailure failure = Assert.Throws<AllocationException>(() => pool.Allocate(100 << 20)).Failure;
        EventWrittenEventArgs one = Assert.Single(told.All);
        Assert.Equal(
            [Name, failure.Kind.ToString(), failure.Reason, failure.Limit, failure.Remedy], one.Payload!.Cast<string>());
        Assert.False(pool.TryReserve(100 << 20, out _));
        Assert.False(pool.TryAllocateGroup(new MemoryRequest(4 << 20) { Shared = Sharing.ReadWrite }, 2, out _, out _));
        Assert.False(pool.TryAlloc(100 << 20, out _));
        Assert.Equal(4, told.Of("AllocationFailed").Length);
        int small = 0;
        while (pool.TryAlloc(60_000, out _)) small++;
        Assert.InRange(small, 1, 40);
        Assert.Equal(5, told.Of("AllocationFailed").Length);
        Assert.Throws<AllocationException>(() => (nint)pool.AllocAligned(60_000, 64));
        Assert.Throws<AllocationException>(() => pool.Alloc(new nint[10], 60_000));
        Assert.Equal(7, told.Of("AllocationFailed").Length);
        Assert.All(told.Of("AllocationFailed"), failed => Assert.Equal("Ceiling", failed.Payload![1]));
    }

    [Fact]
    public void A_free_that_is_refused_is_told_with_what_is_wrong()
    {
        using var told = new ToldEvents(Name);
        using var pool = NonpagedPool.Create(s_options);
        byte* block = (byte*)pool.Alloc(300);
        byte local;
        Assert.False(pool.TryFree(&local, out _));
        Assert.False(pool.TryFree(block + 1, out _));
        Assert.False(pool.TryFree(block, 50_000, out _));
        pool.Free(block);
        Assert.Throws<ArgumentException>(() => pool.Free(block));
        using MemoryBlock large = pool.Allocate(new MemoryRequest(100_000) { WholePages = true });
        nint inside = (nint)large.Address + 4096;
        Assert.Throws<ArgumentException>(() => pool.Free((ReadOnlySpan<nint>)[inside]));
        Assert.Equal(
            [
                ((nuint)(&local), "Foreign"), ((nuint)block + 1, "Middle"), ((nuint)block, "WrongLength"),
                ((nuint)block, "NotAllocated"), ((nuint)inside, "Middle"),
            ],
            told.Of("BadFree").Select(one => ((nuint)(ulong)one.Payload![1]!, (string)one.Payload[2]!)));
        Assert.Contains(
            "lies inside the block of 100000 bytes", (string)told.Of("BadFree")[4].Payload![3]!, StringComparison.Ordinal);
    }

    [Fact]
    public void Blocks_that_a_pool_is_disposed_with_are_told_and_none_where_there_are_none()
    {
        using var told = new ToldEvents(Name);
        ulong bytes = 100_000;
        using (var pool = NonpagedPool.Create(s_options))
        {
            pool.Allocate(100_000);
            bytes += pool.GetUsableSize(pool.Alloc(1000));
        }

        EventWrittenEventArgs left = Assert.Single(told.Of("LeftBehind"));
        Assert.Equal((2L, bytes), (left.Payload![1], left.Payload[2]));
        using (var pool = NonpagedPool.Create(s_options)) pool.Free(pool.Alloc(1000));
        Assert.Single(told.Of("LeftBehind"));
    }

    [Fact]
    public void A_pin_that_is_lost_is_told()
    {
        using var told = new ToldEvents(Name);
        using var pool = NonpagedPool.Create(s_options with { Pins = [PinKind.Pipe], Ladder = [MemoryRung.SmallPages] });
        HashSet<string> before = [.. OwnPipes.Paths()];
        using MemoryBlock block = pool.Allocate(new MemoryRequest(4096) { Pin = PinDemand.Any, WholePages = true });
        Assert.True(OwnPipes.Drain(OwnPipes.Paths().First(path => !before.Contains(path))));
        LostPin lost = Assert.Single(pool.CheckPins());
        EventWrittenEventArgs one = Assert.Single(told.Of("PinLost"));
        Assert.Equal([Name, (ulong)lost.Address, lost.Length, "Pipe", 1], one.Payload!);
    }

    [Fact]
    public void A_corruption_is_told_beside_the_exception()
    {
        using var told = new ToldEvents(Name);
        using var pool = NonpagedPool.Create(s_options with { Verify = true, Guard = true });
        MemoryBlock block = pool.Allocate(new MemoryRequest(100) { Owner = "the receive ring" });
        byte* end = (byte*)block.Address + 100;
        *end = 1;
        Assert.Throws<MemoryCorruptionException>(block.Dispose);
        EventWrittenEventArgs one = Assert.Single(told.Of("Corrupted"));
        Assert.Equal(((ulong)end, "PastEnd"), (one.Payload![1], one.Payload[2]));
        Assert.Contains("the receive ring", (string)one.Payload[3]!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_listener_gets_the_level_and_the_keywords_that_it_chose()
    {
        using var failures = new ToldEvents(Name, EventLevel.Warning, NonpagedEventSource.Keywords.Failures);
        using var errors = new ToldEvents(Name, EventLevel.Error);
        using (var pool = NonpagedPool.Create(s_options))
        {
            pool.Allocate(100_000);
            byte local;
            Assert.False(pool.TryFree(&local, out _));
            Assert.False(pool.TryAlloc(100 << 20, out _));
        }

        Assert.Equal(["AllocationFailed"], failures.All.Select(one => one.EventName));
        Assert.Equal(["BadFree"], errors.All.Select(one => one.EventName));
        string text = string.Format(
            CultureInfo.InvariantCulture, failures.All[0].Message!, [.. failures.All[0].Payload!]);
        Assert.StartsWith($"The pool \"{Name}\" could not allocate (Ceiling): ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_listener_may_wait_for_a_thread_that_grows_the_pool()
    {
        using var pool = NonpagedPool.Create(s_options with { Ceiling = 64 << 20 });
        using var listener = new Waiting(pool);
        using MemoryBlock block = pool.Allocate(3 << 20);
        Assert.True(listener.IsDone);
        listener.Block!.Dispose();
    }

    [Fact]
    public void With_nobody_listening_the_source_is_off()
    {
        using (var told = new ToldEvents(Name)) Assert.True(NonpagedEventSource.Log.IsEnabled());
        Assert.False(NonpagedEventSource.Log.IsEnabled());
        Assert.False(NonpagedEventSource.Log.IsToldOfGrowth);
        Assert.False(NonpagedEventSource.Log.IsToldOfBadFrees);
    }

    // Grows the pool on another thread when it is told that it has grown.
    private sealed class Waiting : EventListener
    {
        private readonly NonpagedPool _pool;
        private int _isAsked;

        public Waiting(NonpagedPool pool)
        {
            _pool = pool;
            EnableEvents(NonpagedEventSource.Log, EventLevel.Informational, NonpagedEventSource.Keywords.Growth);
        }

        public MemoryBlock? Block { get; private set; }

        public bool IsDone { get; private set; }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            // The other thread comes here, too, and must not start a third.
            if (eventData.Payload?[0] as string != Name || Interlocked.Exchange(ref _isAsked, 1) != 0) return;
            Task<MemoryBlock> other = Task.Run(() => _pool.Allocate(5 << 20));
            IsDone = SpinWait.SpinUntil(() => other.IsCompleted, TimeSpan.FromSeconds(10));
            Block = other.IsCompletedSuccessfully ? other.Result : null;
        }
    }
}
