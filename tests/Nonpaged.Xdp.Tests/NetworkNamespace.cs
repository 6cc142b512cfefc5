using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Nonpaged.Xdp.Tests;

/// <summary>
/// A network namespace without a name, which a process holds whose input is ours: it is gone when this is disposed of, and also
/// when the test program ends by itself.
/// </summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int CLONE_NEWNET = 0x40000000;

    private readonly Process _holder;

    private NetworkNamespace(Process holder) => _holder = holder;

    /// <summary>The process that holds it, by which ip(8) names it.</summary>
    public int Id => _holder.Id;

    /// <summary>One in which the kernel sends nothing by itself. Where it cannot be made, the test is skipped.</summary>
    public static NetworkNamespace Create()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, for network namespaces and interfaces");
        const string quiet = "for one in all default; do echo 1 >/proc/sys/net/ipv6/conf/$one/disable_ipv6; done 2>/dev/null";
        string[] holds = ["--net", "sh", "-c", $"{quiet}; ip link set lo up; echo ready; exec cat"];
        Process holder = Start("unshare", holds, keepsInput: true);
        string? line = holder.StandardOutput.ReadLine();
        Assert.SkipUnless(line == "ready", "no network namespace can be made here");
        return new NetworkNamespace(holder);
    }

    /// <summary>Does this on a thread of its own in the namespace: what it opens there stays there.</summary>
    public void Do(Action action) => Do(() =>
    {
        action();
        return 0;
    });

    /// <inheritdoc cref="Do(Action)"/>
    public T Do<T>(Func<T> action)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter();
                result = action();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    /// <summary>The thread that calls is in the namespace from now on: not for threads of a pool.</summary>
    public void Enter()
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle($"/proc/{Id}/ns/net");
        Assert.Equal(0, setns(file, CLONE_NEWNET));
    }

    /// <summary>A command in it.</summary>
    public string[] Command(params IEnumerable<string> command) => ["nsenter", $"--net=/proc/{Id}/ns/net", "--", .. command];

    /// <summary>Runs a command in it to its end, which must be a good one.</summary>
    public string Run(params string[] command)
    {
        using Process process = StartProcess(command);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)}: {output}{error.Result}");
        return output;
    }

    public Process StartProcess(IEnumerable<string> command, bool keepsInput = false)
    {
        string[] whole = Command(command);
        return Start(whole[0], whole[1..], keepsInput);
    }

    public void Dispose()
    {
        _holder.StandardInput.Close();
        _holder.WaitForExit();
        _holder.Dispose();
    }

    private static Process Start(string program, IEnumerable<string> arguments, bool keepsInput)
    {
        var start = new ProcessStartInfo(program, arguments)
        { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        Process process = Process.Start(start)!;
        if (!keepsInput) process.StandardInput.Close();
        return process;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(Microsoft.Win32.SafeHandles.SafeFileHandle file, int kind);
}
