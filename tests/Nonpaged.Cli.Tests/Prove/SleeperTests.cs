using System.Diagnostics;
using Nonpaged.Interop;

namespace Nonpaged.Cli.Tests.Prove;

[Collection("alone")]
public sealed unsafe class SleeperTests
{
    [Fact]
    public void The_child_has_a_copy_of_private_memory_and_none_of_what_is_not_to_be_inherited()
    {
        byte* pages = (byte*)LibC.MMap(
            null, 8192, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0).Value;
        pages[0] = pages[4096] = 1;
        Assert.False(LibC.MAdvise(pages + 4096, 4096, LibC.MADV_DONTFORK).IsError);
        SysResult child = Sleeper.Fork(300);
        Assert.False(child.IsError);
        try
        {
            byte two = 2;
            Assert.Equal(1, LibC.ProcessVmWriteV(child.AsInt32, pages, &two, 1).Value);
            Assert.Equal(Errno.EFAULT, LibC.ProcessVmWriteV(child.AsInt32, pages + 4096, &two, 1).Errno);
            Assert.Equal((1, 1), (pages[0], pages[4096]));
        }
        finally
        {
            LibC.Kill(child.AsInt32, LibC.SIGKILL);
            Assert.Equal(child, LibC.WaitPid(child.AsInt32, out _, 0));
            LibC.MUnmap(pages, 8192);
        }
    }

    [Fact]
    public void The_child_ends_by_itself_with_exit_code_0()
    {
        var watch = Stopwatch.StartNew();
        SysResult child = Sleeper.Fork(1);
        Assert.False(child.IsError);
        Assert.Equal(child, LibC.WaitPid(child.AsInt32, out int status, 0));
        Assert.Equal(0, status);
        Assert.True(watch.Elapsed > TimeSpan.FromSeconds(0.9), $"It slept for {watch.Elapsed}.");
    }
}
