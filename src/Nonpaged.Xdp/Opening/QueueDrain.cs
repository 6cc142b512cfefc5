using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>
/// Whether the kernel has taken a queue from a closed socket. It does so some time after the socket was closed (xp_put_pool), and
/// until then a device that needs no copy may write into the socket's frames. Only then can another socket be bound to the queue,
/// so that one is tried, with memory of its own, which copies.
/// </summary>
internal static unsafe class QueueDrain
{
    private const int Page = 4096;
    private const int Entries = 2;

    /// <summary>Waits for it.</summary>
    /// <returns>False where the time was over before, or it can't be told.</returns>
    public static bool Wait(uint interfaceIndex, uint queue, TimeSpan patience)
    {
        SysResult mapped = LibC.MMap(
            null, Page, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        if (mapped.IsError) return false;
        try
        {
            SysResult bound = Retry.While(
                patience, errno => errno is Errno.EBUSY or Errno.ENOBUFS,
                () => TryBind((void*)mapped.Value, interfaceIndex, queue));
            // An interface that is gone writes nothing.
            return !bound.IsError || bound.Errno == Errno.ENODEV;
        }
        finally
        {
            LibC.MUnmap((void*)mapped.Value, Page);
        }
    }

    private static SysResult TryBind(void* memory, uint interfaceIndex, uint queue)
    {
        SysResult opened = LibC.Socket(LibC.AF_XDP, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, 0, out SafeFileHandle socket);
        using (socket)
        {
            if (opened.IsError) return opened;
            SysResult registered = AfXdp.RegisterMemory(
                socket, new AfXdp.MemoryRegistration { Address = (ulong)memory, Length = Page, ChunkSize = Page / 2 });
            if (registered.IsError) return registered;
            foreach (int ring in (ReadOnlySpan<int>)
                [AfXdp.XDP_UMEM_FILL_RING, AfXdp.XDP_UMEM_COMPLETION_RING, AfXdp.XDP_TX_RING])
            {
                SysResult made = AfXdp.SetRing(socket, ring, Entries);
                if (made.IsError) return made;
            }

            return AfXdp.Bind(socket, new AfXdp.SocketAddress
            { Family = LibC.AF_XDP, Flags = AfXdp.XDP_COPY, InterfaceIndex = interfaceIndex, Queue = queue });
        }
    }
}
