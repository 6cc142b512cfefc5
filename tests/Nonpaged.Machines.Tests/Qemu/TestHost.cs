using System.Text;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;
using Nonpaged.Machines.Processes;

namespace Nonpaged.Machines.Tests.Qemu;

/// <summary>The program that starts a machine, in a process group of its own and in an empty folder.</summary>
internal sealed class TestHost : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-host-");
    private readonly SafeFileHandle _output;
    private readonly List<byte> _received = [];
    private readonly Child _child;

    public TestHost()
    {
        Mark = $"NONPAGED_TEST_MARK={Guid.NewGuid():N}";
        string program = Path.Combine(AppContext.BaseDirectory, "Nonpaged.Machines.TestHost");
        Assert.False(LibC.Pipe2(out _output, out SafeFileHandle? writer).IsError);
        using SafeFileHandle nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using (writer)
        {
            string[] environment =
            [
                Mark, $"PATH={Environment.GetEnvironmentVariable("PATH")}",
                $"DOTNET_ROOT={Environment.GetEnvironmentVariable("DOTNET_ROOT")}",
                $"HOME={_folder.FullName}", $"TMPDIR={_folder.FullName}", "DOTNET_EnableDiagnostics=0",
            ];
            string[] arguments = ["-c", "cd \"$1\" && exec \"$2\"", "sh", _folder.FullName, program];
            _child = Child.Start(
                new ChildProgram("/bin/sh", arguments, environment), [nothing, writer, writer], SystemCalls.Check);
        }
    }

    public int Id => _child.Id;

    /// <summary>What the environment of this process and of all its children holds.</summary>
    public string Mark { get; }

    public IEnumerable<string> Files =>
        _folder.EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Select(static file => file.FullName);

    /// <summary>The next line; null at the end.</summary>
    public string? ReadLine()
    {
        byte[] buffer = new byte[256];
        while (true)
        {
            int end = _received.IndexOf((byte)'\n');
            if (end >= 0)
            {
                string line = Encoding.UTF8.GetString([.. _received[..end]]);
                _received.RemoveRange(0, end + 1);
                return line;
            }

            SysResult count = LibC.Read(_output, buffer);
            if (count.Value <= 0) return null;
            _received.AddRange(buffer[..count.AsInt32]);
        }
    }

    /// <summary>Kills that one process, and waits for it.</summary>
    public void Kill() => _child.Dispose();

    public ChildEnd WaitForExit() => _child.Wait(Timeout.InfiniteTimeSpan)!.Value;

    public void Dispose()
    {
        Kill();
        _output.Dispose();
        _folder.Delete(recursive: true);
    }
}
