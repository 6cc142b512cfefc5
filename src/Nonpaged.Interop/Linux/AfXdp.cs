using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop;

/// <summary>
/// The socket options and structures of AF_XDP (linux/if_xdp.h, Documentation/networking/af_xdp.rst). A method adds nothing to
/// its call.
/// </summary>
internal static unsafe class AfXdp
{
    public const int SOL_XDP = 283;

    // What setsockopt(2) and getsockopt(2) of SOL_XDP are called for.
    public const int XDP_MMAP_OFFSETS = 1;
    public const int XDP_RX_RING = 2;
    public const int XDP_TX_RING = 3;
    public const int XDP_UMEM_REG = 4;
    public const int XDP_UMEM_FILL_RING = 5;
    public const int XDP_UMEM_COMPLETION_RING = 6;
    public const int XDP_STATISTICS = 7;
    public const int XDP_OPTIONS = 8;

    /// <summary>How many frames one sendto(2) copies at most; Linux 6.18.</summary>
    public const int XDP_MAX_TX_SKB_BUDGET = 9;

    // sxdp_flags
    public const ushort XDP_SHARED_UMEM = 1 << 0;
    public const ushort XDP_COPY = 1 << 1;
    public const ushort XDP_ZEROCOPY = 1 << 2;
    public const ushort XDP_USE_NEED_WAKEUP = 1 << 3;
    public const ushort XDP_USE_SG = 1 << 4;

    // Flags of XDP_UMEM_REG.
    public const uint XDP_UMEM_UNALIGNED_CHUNK_FLAG = 1 << 0;
    public const uint XDP_UMEM_TX_SW_CSUM = 1 << 1;
    public const uint XDP_UMEM_TX_METADATA_LEN = 1 << 2;

    /// <summary>A flag of a ring.</summary>
    public const uint XDP_RING_NEED_WAKEUP = 1 << 0;

    /// <summary>A flag that XDP_OPTIONS answers.</summary>
    public const uint XDP_OPTIONS_ZEROCOPY = 1 << 0;

    // Options of a descriptor.
    public const uint XDP_PKT_CONTD = 1 << 0;
    public const uint XDP_TX_METADATA = 1 << 1;

    // What a frame's metadata ask for.
    public const ulong XDP_TXMD_FLAGS_TIMESTAMP = 1 << 0;
    public const ulong XDP_TXMD_FLAGS_CHECKSUM = 1 << 1;

    // Where mmap(2) finds the rings.
    public const long XDP_PGOFF_RX_RING = 0;
    public const long XDP_PGOFF_TX_RING = 0x80000000;
    public const long XDP_UMEM_PGOFF_FILL_RING = 0x100000000;
    public const long XDP_UMEM_PGOFF_COMPLETION_RING = 0x180000000;

    /// <summary>XDP_PACKET_HEADROOM (linux/bpf.h): what the kernel keeps free in front of each frame that it receives.</summary>
    public const int PacketHeadroom = 256;

    // How an unaligned address holds its chunk's start and the offset in it.
    public const int XSK_UNALIGNED_BUF_OFFSET_SHIFT = 48;
    public const ulong XSK_UNALIGNED_BUF_ADDR_MASK = (1UL << XSK_UNALIGNED_BUF_OFFSET_SHIFT) - 1;

    /// <summary>mman.h: page tables are made at once.</summary>
    public const int MAP_POPULATE = 0x8000;

    // asm-generic/socket.h: busy polling.
    public const int SO_BUSY_POLL = 46;
    public const int SO_PREFER_BUSY_POLL = 69;
    public const int SO_BUSY_POLL_BUDGET = 70;

    /// <summary>XDP_UMEM_REG: the memory that holds the frames.</summary>
    public static SysResult RegisterMemory(SafeFileHandle socket, in MemoryRegistration memory)
    {
        fixed (MemoryRegistration* pointer = &memory)
        {
            return LibC.SetSockOpt(socket, SOL_XDP, XDP_UMEM_REG, pointer, (uint)sizeof(MemoryRegistration));
        }
    }

    /// <summary>Makes a ring of so many entries, a power of two: XDP_RX_RING and the like.</summary>
    public static SysResult SetRing(SafeFileHandle socket, int ring, int entries) =>
        LibC.SetSockOpt(socket, SOL_XDP, ring, &entries, sizeof(int));

    /// <summary>XDP_MMAP_OFFSETS: where a ring's parts lie in its mapping.</summary>
    public static SysResult GetOffsets(SafeFileHandle socket, out MappingOffsets offsets)
    {
        fixed (MappingOffsets* pointer = &offsets)
        {
            return LibC.GetSockOpt(socket, SOL_XDP, XDP_MMAP_OFFSETS, pointer, (uint)sizeof(MappingOffsets));
        }
    }

    /// <summary>XDP_STATISTICS.</summary>
    public static SysResult GetStatistics(SafeFileHandle socket, out Statistics statistics)
    {
        fixed (Statistics* pointer = &statistics)
        {
            return LibC.GetSockOpt(socket, SOL_XDP, XDP_STATISTICS, pointer, (uint)sizeof(Statistics));
        }
    }

    /// <summary>XDP_OPTIONS: whether frames are copied.</summary>
    public static SysResult GetOptions(SafeFileHandle socket, out uint flags)
    {
        fixed (uint* pointer = &flags) return LibC.GetSockOpt(socket, SOL_XDP, XDP_OPTIONS, pointer, sizeof(uint));
    }

    /// <summary>bind(2) to a queue of an interface.</summary>
    public static SysResult Bind(SafeFileHandle socket, in SocketAddress address)
    {
        fixed (SocketAddress* pointer = &address) return LibC.Bind(socket, pointer, (uint)sizeof(SocketAddress));
    }

    /// <summary>struct xdp_umem_reg.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MemoryRegistration
    {
        public ulong Address;
        public ulong Length;
        public uint ChunkSize;
        public uint Headroom;
        public uint Flags;
        public uint TransmitMetadataLength;
    }

    /// <summary>struct xdp_ring_offset.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct RingOffsets
    {
        public ulong Producer;
        public ulong Consumer;
        public ulong Entries;
        public ulong Flags;
    }

    /// <summary>struct xdp_mmap_offsets.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MappingOffsets
    {
        public RingOffsets Receive;
        public RingOffsets Transmit;
        public RingOffsets Fill;
        public RingOffsets Completion;
    }

    /// <summary>struct xdp_statistics.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Statistics
    {
        public ulong ReceiveDropped;
        public ulong ReceiveInvalidDescriptors;
        public ulong TransmitInvalidDescriptors;
        public ulong ReceiveRingFull;
        public ulong FillRingEmpty;
        public ulong TransmitRingEmpty;
    }

    /// <summary>struct sockaddr_xdp.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct SocketAddress
    {
        public ushort Family;
        public ushort Flags;
        public uint InterfaceIndex;
        public uint Queue;
        public uint SharedDescriptor;
    }

    /// <summary>struct xdp_desc.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Descriptor
    {
        public ulong Address;
        public uint Length;
        public uint Options;
    }

    /// <summary>struct xsk_tx_metadata (Linux 6.8): a request, whose place the answer takes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 24)]
    internal struct TransmitMetadata
    {
        [FieldOffset(0)]
        public ulong Flags;

        [FieldOffset(8)]
        public ushort ChecksumStart;

        [FieldOffset(10)]
        public ushort ChecksumOffset;

        [FieldOffset(8)]
        public ulong Timestamp;
    }
}
