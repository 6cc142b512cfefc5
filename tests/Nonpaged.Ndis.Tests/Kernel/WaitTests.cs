using System.Diagnostics;
using CsCheck;
using Nonpaged.Ndis.Tests.Miniports;

namespace Nonpaged.Ndis.Tests.Kernel;

/// <summary>What threads wait for: events, mutexes, semaphores.</summary>
public sealed unsafe class WaitTests
{
    private const int Objects = 4;

    // What is done to which object; a wait takes the object and the next ones.
    private static readonly Gen<(int Kind, int One, int Count, bool All)> s_step =
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, Objects - 1], Gen.Int[1, Objects], Gen.Bool);

    [Fact]
    public void Any_history_of_signals_and_waits_gives_what_a_model_of_it_gives() =>
        s_step.Array[1, 60].Sample(Run, iter: 200);

    [Fact]
    public void A_wait_lasts_its_time_and_not_much_longer()
    {
        using var bench = new KernelBench();
        KEVENT* one = bench.NewEvent(isSynchronization: false);
        long start = Stopwatch.GetTimestamp();
        Assert.Equal(NtStatus.Timeout, bench.Wait(one, TimeSpan.FromMilliseconds(50)));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 49, KernelBench.Patience.TotalMilliseconds);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_signal_from_another_thread_ends_a_wait_in_an_adapters_turn_and_elsewhere(bool isInTurn)
    {
        using var bench = new MiniportBench();
        using Adapter adapter = bench.Start();
        using var own = new KernelBench();
        KEVENT* one = own.NewEvent(isSynchronization: true);
        nint address = (nint)one;
        var waits = new ManualResetEventSlim();
        uint? status = null;
        Ndis.Kernel kernel = bench.Ndis.Kernel;
        CallContext context = new(bench.Ndis, adapter.Driver, Irql.PASSIVE_LEVEL, Initializing: false) { Adapter = adapter };
        void Wait()
        {
            waits.Set();
            status = kernel.Dispatcher.Wait(context, [address], all: false, null);
        }

        if (isInTurn) adapter.Post(Wait);
        else new Thread(Wait) { IsBackground = true }.Start();
        Assert.True(waits.Wait(KernelBench.Patience));
        Thread.Sleep(20);
        Assert.Null(status);
        kernel.Dispatcher.SetEvent(one);
        MiniportBench.Eventually(() => status is not null, "the wait does not end");
        Assert.Equal(0u, status);
        Assert.Equal(0, one->Header.SignalState);
    }

    [Fact]
    public void One_thread_at_a_time_has_a_mutex_and_a_synchronization_event_lets_one_go_on()
    {
        const int Threads = 4, Rounds = 300;
        using var bench = new KernelBench();
        nint mutex = (nint)bench.NewMutex(), signal = (nint)bench.NewEvent(isSynchronization: true, isSignalled: true);
        int underMutex = 0, underEvent = 0;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                Assert.Equal(0u, bench.Wait((void*)mutex, KernelBench.Patience));
                underMutex++;
                Assert.NotNull(bench.Kernel.Dispatcher.ReleaseMutex((KMUTANT*)mutex));
                Assert.Equal(0u, bench.Wait((void*)signal, KernelBench.Patience));
                underEvent++;
                bench.Kernel.Dispatcher.SetEvent((KEVENT*)signal);
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) Assert.True(thread.Join(KernelBench.Patience));
        Assert.Equal((Threads * Rounds, Threads * Rounds), (underMutex, underEvent));
    }

    [Fact]
    public void A_mutex_is_given_back_by_the_thread_that_has_it_alone()
    {
        using var bench = new KernelBench();
        KMUTANT* mutex = bench.NewMutex();
        Assert.Null(bench.Kernel.Dispatcher.ReleaseMutex(mutex));
        Assert.True(bench.Polls(mutex));
        nint address = (nint)mutex;
        bool? polled = null;
        int? released = 0;
        var other = new Thread(() =>
        {
            polled = bench.Polls((void*)address);
            released = bench.Kernel.Dispatcher.ReleaseMutex((KMUTANT*)address);
        });
        other.Start();
        other.Join();
        Assert.Equal(((bool?)false, (int?)null), (polled, released));
        Assert.Equal(0, bench.Kernel.Dispatcher.ReleaseMutex(mutex));
    }

    [Fact]
    public void A_driver_that_was_unloaded_while_it_waited_does_not_go_on_and_its_memory_is_not_looked_at()
    {
        using var bench = new KernelBench();
        nint one = (nint)bench.NewEvent(isSynchronization: false);
        using var waits = new ManualResetEventSlim();
        bool hasEnded = false;
        int looks = 0;
        new Thread(() =>
        {
            bench.Kernel.Waits.Wait(bench.Context, null, () =>
            {
                looks++;
                waits.Set();
                return ((KEVENT*)one)->Header.SignalState != 0;
            });
            hasEnded = true;
        })
        {
            IsBackground = true,
        }.Start();
        Assert.True(waits.Wait(KernelBench.Patience));
        bench.Kernel.GiveBack(bench.Driver, "The unload function");
        int before = looks;
        bench.Kernel.Dispatcher.SetEvent((KEVENT*)one);
        Thread.Sleep(100);
        Assert.Equal((before, false), (looks, hasEnded));
    }

    private static void Run((int Kind, int One, int Count, bool All)[] steps)
    {
        using var bench = new KernelBench();
        Dispatcher dispatcher = bench.Kernel.Dispatcher;
        nint[] objects =
        [
            (nint)bench.NewEvent(isSynchronization: false), (nint)bench.NewEvent(isSynchronization: true),
            (nint)bench.NewSemaphore(1, 3), (nint)bench.NewMutex(),
        ];
        // Their states, and what a wait leaves of each.
        int[] states = [0, 0, 1, 1];
        bool Holds(int one) => states[one] > 0 || one == 3;
        void Take(int one) => states[one] = one switch { 0 => 1, 1 => 0, _ => states[one] - 1 };
        foreach ((int kind, int one, int count, bool all) in steps)
        {
            if (kind == 0)
            {
                Signal(dispatcher, objects, states, one);
            }
            else if (kind == 1 && one < 2)
            {
                Assert.Equal(states[one], dispatcher.ResetEvent((KEVENT*)objects[one]));
                states[one] = 0;
            }
            else
            {
                int[] asked = [.. Enumerable.Range(one, count).Select(place => place % Objects)];
                int first = Array.FindIndex(asked, Holds);
                bool holds = all ? Array.TrueForAll(asked, Holds) : first >= 0;
                uint expected = !holds ? NtStatus.Timeout : all ? 0 : (uint)first;
                if (holds) Array.ForEach(all ? asked : [asked[first]], Take);
                uint status = dispatcher.Wait(
                    bench.Context, [.. asked.Select(place => objects[place])], all, TimeSpan.Zero);
                Assert.Equal(expected, status);
            }

            Assert.Equal(states, objects.Select(address => ((DISPATCHER_HEADER*)address)->SignalState));
        }
    }

    private static void Signal(Dispatcher dispatcher, nint[] objects, int[] states, int one)
    {
        if (one < 2)
        {
            Assert.Equal(states[one], dispatcher.SetEvent((KEVENT*)objects[one]));
            states[one] = 1;
        }
        else if (one == 2)
        {
            int? before = states[2] < 3 ? states[2] : null;
            Assert.Equal(before, dispatcher.ReleaseSemaphore((KSEMAPHORE*)objects[2], 1));
            if (before is not null) states[2]++;
        }
        else
        {
            int? before = states[3] < 1 ? states[3] : null;
            Assert.Equal(before, dispatcher.ReleaseMutex((KMUTANT*)objects[3]));
            if (before is not null) states[3]++;
        }
    }
}
