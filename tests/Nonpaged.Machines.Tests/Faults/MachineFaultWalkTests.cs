using System.Runtime.InteropServices;
using Nonpaged.Interop;
using Nonpaged.Machines.Qemu;
using Nonpaged.Machines.Tests.Qemu;
using Nonpaged.Tests.Faults;

namespace Nonpaged.Machines.Tests.Faults;

/// <summary>The system calls of a machine's life, made to fail in every plausible way.</summary>
public sealed class MachineFaultWalkTests(ITestOutputHelper output)
{
    // A start asks QEMU some hundred questions, all alike: of more uses than these the first, a middle one and
    // the last stand for the others.
    private const int All = 16;

    private static readonly string[] s_ofMachines =
        [
            "access", "fcntl", "ftruncate", "memfd_create", "pipe2", "posix_spawn", "read", "recv", "send", "shutdown",
            "socketpair", "waitpid", "write",
        ];

    [Fact]
    public void After_any_failing_call_of_a_machine_nothing_is_left_the_error_names_it_and_the_next_start_succeeds()
    {
        Testbed.RequireQemu();
        string program = QemuProbe.Find().Path!;
        string mark = $"NONPAGED_TEST_MARK={Guid.NewGuid():N}";
        Environment.SetEnvironmentVariable("NONPAGED_TEST_MARK", mark.Split('=')[1]);
        Live(program, out _);
        string[] before = [.. ProcessTable.OpenDescriptors().Order()];
        IReadOnlyDictionary<string, int> counts;
        using (var counting = new FaultHook())
        {
            Assert.Null(Live(program, out _));
            counts = counting.Counts;
        }

        (int sites, int tried, int absorbed) = (0, 0, 0);
        var wrongs = new List<string>();
        // What the pool over the RAM calls is walked with the pools.
        foreach ((string call, int uses) in counts.Where(pair => s_ofMachines.Contains(pair.Key)))
        {
            foreach (int nth in Enumerable.Range(1, uses).Where(nth => uses <= All || nth == 1 || nth == uses / 2 || nth == uses))
            {
                sites++;
                foreach (Errno errno in PlausibleErrors.ByCall[call])
                {
                    tried++;
                    string what = $"{call} number {nth} answers {errno}";
                    absorbed += Try(program, call, nth, errno, what, wrongs) ? 1 : 0;
                    if (!Testbed.WaitUntil(() => ProcessTable.WithEnvironment(mark).Count == 0))
                        wrongs.Add($"{what}: {string.Join(", ", ProcessTable.WithEnvironment(mark))} still runs.");
                    if (!Testbed.WaitUntil(() => ProcessTable.OpenDescriptors().Order().SequenceEqual(before)))
                        wrongs.Add($"{what}: a descriptor is left.");
                }
            }
        }

        Environment.SetEnvironmentVariable("NONPAGED_TEST_MARK", null);
        output.WriteLine($"{sites} call sites ({string.Join(", ", counts.Select(pair => $"{pair.Key} {pair.Value}"))}), "
            + $"{tried} pairs of site and errno, of which {absorbed} were absorbed.");
        Assert.True(wrongs.Count == 0, string.Join("\n", wrongs));
        Assert.Superset(s_ofMachines.ToHashSet(), counts.Keys.ToHashSet());
    }

    private static bool Try(string program, string call, int nth, Errno errno, string what, List<string> wrongs)
    {
        using var hook = new FaultHook(call, nth, errno);
        string? error = null;
        bool isGone = false;
        var life = new Thread(() => error = Live(program, out isGone)) { IsBackground = true };
        life.Start();
        if (!life.Join(2 * Testbed.Patience))
        {
            wrongs.Add($"{what}: it hangs.");
            return false;
        }

        // EPIPE tells that QEMU ended; how it did is what is said then.
        bool isNamed = error is null || errno == Errno.EPIPE || error.Contains(errno.ToString(), StringComparison.Ordinal)
            || error.Contains(Marshal.GetPInvokeErrorMessage((int)errno), StringComparison.Ordinal);
        if (!isNamed) wrongs.Add($"{what}: the error does not name it: {error}");
        if (error is not null && Live(program, out _) is { } again) wrongs.Add($"{what}: the next start fails too: {again}");
        return error is null && !isGone;
    }

    /// <summary>Starts a machine, reads a register, allocates of its RAM and ends it. What went wrong, or null.</summary>
    private static string? Live(string program, out bool isGone)
    {
        isGone = false;
        try
        {
            using var machine = QemuMachine.Start(new QemuOptions { Program = program });
            uint status = machine.Registers().ReadUInt32(8);
            using (var pool = NonpagedPool.Over(machine.RamDescriptor, machine.RamLayout))
            {
                pool.Allocate(new MemoryRequest(8192) { Contiguous = true }).Dispose();
            }

            isGone = machine.Gone.IsCompleted;
            if (isGone) return machine.Gone.GetAwaiter().GetResult();
            return status == 0x8008_0783 || (status & 0x3) != 0 ? null : $"STATUS is 0x{status:x8}.";
        }
        catch (Exception exception) when (exception is MachineException or AllocationException)
        {
            return exception.Message;
        }
    }
}
