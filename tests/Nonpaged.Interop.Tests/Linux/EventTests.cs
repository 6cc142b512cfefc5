using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop.Tests.Linux;

public sealed unsafe class EventTests
{
    [Fact]
    public void An_event_is_ready_after_a_write_and_empty_after_a_read()
    {
        Assert.False(LibC.EventFd(out SafeFileHandle signalled).IsError);
        using (signalled)
        {
            Span<byte> counter = stackalloc byte[8];
            Assert.Equal(Errno.EAGAIN, LibC.Read(signalled, counter).Errno);
            Assert.Equal(0, Poll(signalled));
            Assert.Equal(8, LibC.Write(signalled, BitConverter.GetBytes(3UL)).Value);
            Assert.Equal(1, Poll(signalled));
            Assert.Equal(8, LibC.Read(signalled, counter).Value);
            Assert.Equal(3UL, BitConverter.ToUInt64(counter));
            Assert.Equal(0, Poll(signalled));
        }
    }

    [Fact]
    public void What_is_written_at_an_offset_is_read_there()
    {
        Assert.False(LibC.MemFdCreate("nonpaged:test", LibC.MFD_CLOEXEC, out SafeFileHandle file).IsError);
        using (file)
        {
            uint written = 0xfeedf00d;
            uint read = 0;
            Assert.Equal(sizeof(uint), LibC.PWrite(file, &written, sizeof(uint), 4096).Value);
            Assert.Equal(sizeof(uint), LibC.PRead(file, &read, sizeof(uint), 4096).Value);
            Assert.Equal(written, read);
            Assert.Equal(4100, LibC.LSeekToEnd(file).Value);
        }
    }

    [Fact]
    public void What_is_no_VFIO_descriptor_refuses_its_calls()
    {
        Assert.False(LibC.MemFdCreate("nonpaged:test", LibC.MFD_CLOEXEC, out SafeFileHandle file).IsError);
        using (file)
        {
            Assert.Equal(Errno.ENOTTY, Vfio.GetApiVersion(file).Errno);
            Assert.Equal(Errno.ENOTTY, Vfio.Map(file, 0x1000, 0, 0x1000).Errno);
            Assert.Equal(Errno.ENOTTY, Vfio.OpenDevice(file, "0000:00:04.0", out SafeFileHandle device).Errno);
            Assert.True(device.IsInvalid);
        }
    }

    private static int Poll(SafeFileHandle descriptor)
    {
        var asked = new LibC.PollDescriptor { Descriptor = (int)descriptor.DangerousGetHandle(), Events = LibC.POLLIN };
        SysResult ready = LibC.Poll(new Span<LibC.PollDescriptor>(ref asked), 0);
        Assert.Equal(ready.AsInt32 == 1 ? LibC.POLLIN : (short)0, asked.Returned);
        return ready.AsInt32;
    }
}
