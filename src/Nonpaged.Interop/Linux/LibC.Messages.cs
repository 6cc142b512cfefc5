using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop;

// Messages of sockets that carry a descriptor: unix(7), cmsg(3).
internal static unsafe partial class LibC
{
    public const int SOL_SOCKET = 1;
    public const int SCM_RIGHTS = 1;
    public const int MSG_CTRUNC = 0x08;
    public const int MSG_CMSG_CLOEXEC = 0x40000000;
    public const int F_GET_SEALS = 1034;
    public const short POLLOUT = 0x0004;

    /// <summary>Sends as many of the bytes as fit, and a descriptor with the first of them (sendmsg(2), SCM_RIGHTS).</summary>
    public static SysResult SendMsg(SafeHandle socket, ReadOnlySpan<byte> data, SafeFileHandle descriptor)
    {
        bool holds = false;
        try
        {
            descriptor.DangerousAddRef(ref holds);
            var control = new DescriptorMessage
            {
                Length = DescriptorMessage.Used,
                Level = SOL_SOCKET,
                Type = SCM_RIGHTS,
                Descriptor = (int)descriptor.DangerousGetHandle(),
            };
            fixed (byte* pointer = data)
            {
                var vector = new IoUring.IoVector { Base = pointer, Length = (nuint)data.Length };
                var message = new Message
                { Vectors = &vector, VectorCount = 1, Control = &control, ControlLength = (nuint)sizeof(DescriptorMessage) };
                return Fails("sendmsg", out SysResult injected) ? injected : Result(sendmsg(socket, &message, MSG_NOSIGNAL));
            }
        }
        finally
        {
            if (holds) descriptor.DangerousRelease();
        }
    }

    /// <summary>
    /// Receives what is there, up to so many bytes, waiting for the first one, with a descriptor that came along: it is
    /// close-on-exec. 0 is the end (recvmsg(2), SCM_RIGHTS).
    /// </summary>
    /// <param name="socket">The socket.</param>
    /// <param name="data">Receives the bytes.</param>
    /// <param name="descriptor">The descriptor; null where none came, or more than one: none of those stays open.</param>
    public static SysResult RecvMsg(SafeHandle socket, Span<byte> data, out SafeFileHandle? descriptor)
    {
        descriptor = null;
        var control = default(DescriptorMessage);
        fixed (byte* pointer = data)
        {
            var vector = new IoUring.IoVector { Base = pointer, Length = (nuint)data.Length };
            // Room for one: of more the kernel opens none but the first, and says that it left some out.
            var message = new Message
            { Vectors = &vector, VectorCount = 1, Control = &control, ControlLength = DescriptorMessage.Used };
            SysResult result = Fails("recvmsg", out SysResult injected) ? injected
                : Result(recvmsg(socket, &message, MSG_CMSG_CLOEXEC));
            bool isAny = !result.IsError && message.ControlLength >= DescriptorMessage.Used
                && control is { Level: SOL_SOCKET, Type: SCM_RIGHTS, Length: DescriptorMessage.Used };
            if (!isAny) return result;
            descriptor = new SafeFileHandle(control.Descriptor, ownsHandle: true);
            if ((message.Flags & MSG_CTRUNC) == 0) return result;
            descriptor.Dispose();
            descriptor = null;
            return result;
        }
    }

    /// <summary>fcntl(2), F_GET_SEALS.</summary>
    public static SysResult GetSeals(SafeFileHandle descriptor) =>
        Fails("fcntl", out SysResult injected) ? injected : Result(fcntl(descriptor, F_GET_SEALS, 0));

    /// <summary>Waits until a socket can be read, or written (poll(2)). 0 where the time was over before.</summary>
    public static SysResult PollSocket(SafeHandle socket, bool forWriting, int milliseconds)
    {
        bool holds = false;
        try
        {
            socket.DangerousAddRef(ref holds);
            Span<PollDescriptor> one =
                [new() { Descriptor = (int)socket.DangerousGetHandle(), Events = forWriting ? POLLOUT : POLLIN }];
            return Poll(one, milliseconds);
        }
        finally
        {
            if (holds) socket.DangerousRelease();
        }
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint sendmsg(SafeHandle socket, Message* message, int flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint recvmsg(SafeHandle socket, Message* message, int flags);

    /// <summary>struct msghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Message
    {
        public void* Name;
        public uint NameLength;
        public IoUring.IoVector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>struct cmsghdr with one descriptor behind it, and what CMSG_SPACE adds.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct DescriptorMessage
    {
        /// <summary>CMSG_LEN of one descriptor.</summary>
        public const int Used = 20;

        public nuint Length;
        public int Level;
        public int Type;
        public int Descriptor;
        public int Padding;
    }
}
