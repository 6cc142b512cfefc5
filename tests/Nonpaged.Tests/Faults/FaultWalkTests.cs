using Nonpaged.Interop;
using Nonpaged.Tests.Extents;

namespace Nonpaged.Tests.Faults;

/// <summary>Every system call of every workload, made to fail in every plausible way.</summary>
[Collection("host memory")]
public sealed class FaultWalkTests(ITestOutputHelper output)
{
    // What a pool calls; the others are those of a machine.
    private static readonly string[] s_ofPools =
        [
            "mmap", "munmap", "mprotect", "madvise", "mlock", "munlock", "pipe2", "read", "splice", "vmsplice", "memfd_create",
            "ftruncate", "fallocate", "fcntl", "open", "pread", "ioctl", "getrlimit", "sysinfo", "capget", "io_uring_setup",
            "io_uring_register",
        ];

    [Fact]
    public void After_any_failing_call_nothing_is_left_the_error_names_it_and_the_next_call_succeeds()
    {
        Host.SkipUnlessRoot();
        // More than are needed: another program that takes some meanwhile takes none of those.
        using var reserved = new HostSetting(Host.Reserved, 12);
        using var overcommit = new HostSetting(Host.Overcommit, 64);
        var before = HugepageCounts.Read();
        long others = Host.HugepagesOfOthers();
        var sites = new HashSet<(string Call, int Nth, string Workload)>();
        var seen = new HashSet<string>();
        int tried = 0, absorbed = 0, wrongs = 0;
        GiveThisThreadMagazines();
        foreach ((string name, Action<Attempt> run) in PoolWorkloads.All)
        {
            CloseKeptFiles();
            using var counting = new FaultHook();
            run(new Attempt(counting));
            AssertNothingIsLeft(counting, name);
            counting.Dispose();
            seen.UnionWith(counting.Counts.Keys);
            foreach ((string call, int uses) in counting.Counts)
            {
                for (int nth = 1; nth <= uses; nth++)
                {
                    sites.Add((call, nth, name));
                    foreach (Errno errno in PlausibleErrors.ByCall[call])
                    {
                        tried++;
                        try
                        {
                            absorbed += Try(name, run, call, nth, errno) ? 1 : 0;
                        }
                        catch (Xunit.Sdk.XunitException wrong)
                        {
                            output.WriteLine(wrong.Message);
                            wrongs++;
                        }
                    }
                }
            }
        }

        // mlock is what is left where nothing may be pinned.
        tried += TryWithoutRing(seen, sites);
        output.WriteLine($"{sites.Count} call sites ({seen.Count} calls: {string.Join(", ", seen.Order())}), "
            + $"{tried} pairs of site and errno, of which {absorbed} were absorbed by another rung or by trying again.");
        Assert.Equal(0, wrongs);
        Host.AssertSoon(
            () => Host.AreHugepagesBack(before, others), $"Huge pages are left: {HugepageCounts.Read()}, were {before}.");
        Assert.Equal(s_ofPools.Order(), seen.Order());
    }

    [Fact]
    public void A_thread_whose_magazines_find_no_address_space_is_told_and_the_next_call_succeeds()
    {
        using var pool = NonpagedPool.Create();
        GiveThisThreadMagazines(pool);
        string? error = null;
        nint block = 0;
        // What threads left that have ended would do.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        ThreadCache.ReleaseSpare();
        using (var hook = new FaultHook("mmap", 1, Errno.ENOMEM))
        {
            var thread = new Thread(() =>
            {
                error = Assert.Throws<AllocationException>(() => Use(pool)).Message;
                block = Use(pool);
            });
            thread.Start();
            thread.Join();
        }

        Assert.Contains("ENOMEM", error, StringComparison.Ordinal);
        Assert.NotEqual(0, block);

        static unsafe nint Use(NonpagedPool pool)
        {
            void* block = pool.Alloc(64);
            pool.Free(block);
            return (nint)block;
        }
    }

    // They stay as long as the thread does.
    private static unsafe void GiveThisThreadMagazines(NonpagedPool? own = null)
    {
        using NonpagedPool? made = own is null ? NonpagedPool.Create() : null;
        NonpagedPool pool = own ?? made!;
        pool.Free(pool.Alloc(64));
    }

    private static bool Try(string name, Action<Attempt> run, string call, int nth, Errno errno)
    {
        string what = $"{name}: {call} number {nth} answers {errno}";
        // Or they would be opened by the first attempt only.
        CloseKeptFiles();
        using var hook = new FaultHook(call, nth, errno);
        var attempt = new Attempt(hook);
        try
        {
            run(attempt);
        }
        catch (Exception exception)
        {
            Assert.Fail($"{what}: {exception}");
        }

        foreach (string error in attempt.Errors) Assert.True(
            error.Contains(errno.ToString(), StringComparison.Ordinal), $"{what}: the error does not name it: {error}");
        AssertNothingIsLeft(hook, what);
        return attempt.Errors.Count == 0;
    }

    private static void CloseKeptFiles()
    {
        HugepageCounts.Close();
        PipeProof.Forget();
        ControlGroups.Close();
    }

    private static int TryWithoutRing(HashSet<string> seen, HashSet<(string, int, string)> sites)
    {
        int tried = 0;
        foreach (Errno errno in PlausibleErrors.ByCall["mlock"])
        {
            using var hook = new PinlessHook(errno);
            using (var pool = NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [MemoryRung.SmallPages] }))
            {
                Assert.False(pool.TryAllocate(new MemoryRequest(1 << 20), out _, out AllocationFailure? failure));
                Assert.Contains(errno.ToString(), failure.ToString(), StringComparison.Ordinal);
                hook.AllowsLocks = true;
                using MemoryBlock locked = pool.Allocate(new MemoryRequest(1 << 20));
                Assert.False(locked.Obtained.Pinned);
                Assert.False(pool.TryAllocate(new MemoryRequest(1 << 20) { Pin = PinDemand.Any }, out _, out failure));
                Assert.Contains("EPERM", failure.ToString(), StringComparison.Ordinal);
            }

            Assert.Equal((0, 0), (Host.CountMaps(), Host.CountDescriptors()));
            seen.Add("mlock");
            sites.Add(("mlock", 1, "no ring"));
            tried++;
        }

        return tried;
    }

    private static void AssertNothingIsLeft(FaultHook hook, string what)
    {
        // Nobody is in a call of a pool that is gone.
        AddressSpace.ReleaseRetired();
        PageMap.ReleaseSpare();
        Assert.True(hook.MappedPages == 0, $"{what}: {hook.MappedPages} pages of address space are left.");
        Assert.True(Host.CountMaps() == 0, $"{what}: a memory file is still mapped.");
        Assert.True(Host.CountDescriptors() == 0, $"{what}: a descriptor is left.");
        Assert.True(MemlockBudget.Pinned == 0, $"{what}: {MemlockBudget.Pinned} bytes are still accounted as pinned.");
        Assert.True(PipeBudget.Slots == 0, $"{what}: {PipeBudget.Slots} slots of pipes are still accounted for.");
        Assert.True(Host.HugetlbKilobytes() == 0, $"{what}: huge pages are still mapped.");
    }

    /// <summary>Every kind of pin is forbidden, and mlock fails at first.</summary>
    private sealed class PinlessHook : SystemCallHook, IDisposable
    {
        private readonly Errno _errno;

        public PinlessHook(Errno errno)
        {
            _errno = errno;
            Installed = this;
        }

        public bool AllowsLocks { get; set; }

        protected override Errno Before(string call)
        {
            if (call is "io_uring_setup" or "splice" or "vmsplice") return Errno.EPERM;
            return call == "mlock" && !AllowsLocks ? _errno : Errno.None;
        }

        public void Dispose() => Installed = null;
    }
}
