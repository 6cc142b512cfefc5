using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Tests.Extents;

/// <summary>Blocks that a process inherits from the one that starts it.</summary>
[Collection("host memory")]
public sealed class ExportInheritanceTests
{
    private const string Name = "NONPAGED_MEMORY";

    [Theory]
    [InlineData(100)]
    [InlineData(3 << 20)]
    public void A_process_that_is_started_inherits_the_memory_once(int length)
    {
        using var pool = NonpagedPool.Create();
        using MemoryBlock block = pool.Allocate(new MemoryRequest(length) { Shared = Sharing.ReadWrite });
        using ExportedMemory export = block.Export();
        block.AsSpan().Fill(6);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Nonpaged.TestHost.dll"), "inherited"])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        Process child;
        using (export.InheritBy(start)) child = Process.Start(start)!;
        using (child)
        {
            string said = child.StandardOutput.ReadToEnd() + child.StandardError.ReadToEnd();
            child.WaitForExit();
            Assert.StartsWith($"{length} bytes; No memory was passed on to this process by the name {Name}", said);
        }

        Assert.False(block.AsSpan().ContainsAnyExcept((byte)7));
    }

    [Fact]
    public void What_was_not_used_leaves_no_descriptor()
    {
        using var pool = NonpagedPool.Create();
        using MemoryBlock block = pool.Allocate(new MemoryRequest(4096) { Shared = Sharing.ReadOnly });
        using ExportedMemory export = block.Export();
        var start = new ProcessStartInfo("true");
        IDisposable passed = export.InheritBy(start, "RING");
        string[] words = start.Environment["RING"]!.Split(' ');
        Assert.Equal(["ReadOnly", "0+4096"], words[1..]);
        Assert.Contains("memfd:", File.ResolveLinkTarget($"/proc/self/fd/{words[0]}", returnFinalTarget: false)!.Name);
        passed.Dispose();
        Assert.True(((SafeFileHandle)passed).IsClosed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("5 ReadWrite")]
    [InlineData("5 None 0+4096")]
    [InlineData("x ReadWrite 0+4096")]
    [InlineData("-1 ReadWrite 0+4096")]
    [InlineData("1 ReadWrite 0+4096")]
    [InlineData("5 ReadWrite 0-4096")]
    [InlineData("5 ReadWrite 0+4096 7")]
    [InlineData("1000000 ReadWrite 0+4096")]
    public void A_variable_that_says_something_else_is_refused(string text)
    {
        Environment.SetEnvironmentVariable("NONPAGED_WRONG", text);
        try
        {
            Assert.Throws<InvalidDataException>(() => ExportedMemory.Inherited("NONPAGED_WRONG"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("NONPAGED_WRONG", null);
        }
    }
}
