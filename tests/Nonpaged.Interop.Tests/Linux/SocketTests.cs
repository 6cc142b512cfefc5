using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop.Tests.Linux;

[Collection("descriptors")]
public sealed class SocketTests
{
    [Fact]
    public void A_socket_of_a_family_that_does_not_exist_is_EAFNOSUPPORT_and_no_handle()
    {
        Assert.Equal(Errno.EAFNOSUPPORT, LibC.Socket(255, LibC.SOCK_RAW, 0, out SafeFileHandle? handle).Errno);
        Assert.True(handle.IsInvalid);
        Assert.False(LibC.Socket(LibC.AF_UNIX, LibC.SOCK_STREAM | LibC.SOCK_CLOEXEC, 0, out handle).IsError);
        Assert.False(handle.IsInvalid);
        handle.Dispose();
    }

    [Fact]
    public void What_one_end_sends_the_other_receives()
    {
        Assert.False(LibC.SocketPair(out SafeFileHandle? one, out SafeFileHandle? other).IsError);
        using (one)
        using (other)
        {
            Span<byte> buffer = stackalloc byte[16];
            Assert.Equal(5, LibC.Send(one, "hello"u8).Value);
            Assert.Equal(5, LibC.Recv(other, buffer).Value);
            Assert.Equal("hello"u8, buffer[..5]);
        }
    }

    [Fact]
    public void Sending_to_an_end_that_is_gone_is_EPIPE_and_receiving_from_it_is_the_end()
    {
        Assert.False(LibC.SocketPair(out SafeFileHandle? one, out SafeFileHandle? other).IsError);
        using (one)
        {
            other.Dispose();
            Assert.Equal(Errno.EPIPE, LibC.Send(one, "x"u8).Errno);
            Assert.Equal(0, LibC.Recv(one, new byte[1]).Value);
        }
    }

    [Fact]
    public void Shutdown_wakes_who_waits_in_receive()
    {
        Assert.False(LibC.SocketPair(out SafeFileHandle? one, out SafeFileHandle? other).IsError);
        using (one)
        using (other)
        {
            var receiver = new Thread(() => Assert.Equal(0, LibC.Recv(one, new byte[1]).Value)) { IsBackground = true };
            receiver.Start();
            Assert.False(receiver.Join(50));
            Assert.False(LibC.Shutdown(one).IsError);
            Assert.True(receiver.Join(TimeSpan.FromMinutes(1)));
        }
    }

    [Fact]
    public void Writing_to_a_pipe_without_a_reader_is_EPIPE()
    {
        Assert.False(LibC.Pipe2(out SafeFileHandle? reader, out SafeFileHandle? writer).IsError);
        using (writer)
        {
            reader.Dispose();
            Assert.Equal(Errno.EPIPE, LibC.Write(writer, "x"u8).Errno);
        }
    }

    [Fact]
    public void A_pipe_whose_writers_are_gone_has_an_end()
    {
        Assert.False(LibC.Pipe2(out SafeFileHandle? reader, out SafeFileHandle? writer).IsError);
        using (reader)
        {
            Assert.Equal(3, LibC.Write(writer, "abc"u8).Value);
            writer.Dispose();
            byte[] buffer = new byte[8];
            Assert.Equal(3, LibC.Read(reader, buffer).Value);
            Assert.Equal(0, LibC.Read(reader, buffer).Value);
        }
    }

    [Fact]
    public void A_duplicate_has_a_number_from_the_lowest_allowed_up()
    {
        Assert.False(LibC.Pipe2(out SafeFileHandle? reader, out SafeFileHandle? writer).IsError);
        using (reader)
        using (writer)
        {
            Assert.True(LibC.DuplicateAbove(reader, 200, out SafeFileHandle? copy).Value >= 200);
            using (copy) Assert.True(copy.DangerousGetHandle() >= 200);
        }
    }
}
