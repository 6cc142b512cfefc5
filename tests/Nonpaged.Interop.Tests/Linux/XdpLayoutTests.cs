using System.Globalization;

namespace Nonpaged.Interop.Tests.Linux;

/// <summary>
/// What AF_XDP, bpf(2), epoll(7) and ethtool share with the kernel, held against its own headers. What headers older than the
/// kernel lack is not compared.
/// </summary>
public sealed unsafe class XdpLayoutTests
{
    [Fact]
    public void The_structures_of_AF_XDP_are_laid_out_as_in_C()
    {
        Check("struct xdp_umem_reg", "linux/if_xdp.h", sizeof(AfXdp.MemoryRegistration), mayBeSmaller: true);
        AfXdp.MemoryRegistration memory;
        AfXdp.RingOffsets ring;
        AfXdp.MappingOffsets offsets;
        AfXdp.Statistics statistics;
        AfXdp.SocketAddress address;
        AfXdp.Descriptor descriptor;
        Check("linux/if_xdp.h", new()
        {
            ["offsetof(struct xdp_umem_reg, len)"] = Offset(&memory, &memory.Length),
            ["offsetof(struct xdp_umem_reg, chunk_size)"] = Offset(&memory, &memory.ChunkSize),
            ["offsetof(struct xdp_umem_reg, headroom)"] = Offset(&memory, &memory.Headroom),
            ["offsetof(struct xdp_umem_reg, flags)"] = Offset(&memory, &memory.Flags),
            ["sizeof(struct xdp_ring_offset)"] = sizeof(AfXdp.RingOffsets),
            ["offsetof(struct xdp_ring_offset, consumer)"] = Offset(&ring, &ring.Consumer),
            ["offsetof(struct xdp_ring_offset, desc)"] = Offset(&ring, &ring.Entries),
            ["offsetof(struct xdp_ring_offset, flags)"] = Offset(&ring, &ring.Flags),
            ["sizeof(struct xdp_mmap_offsets)"] = sizeof(AfXdp.MappingOffsets),
            ["offsetof(struct xdp_mmap_offsets, tx)"] = Offset(&offsets, &offsets.Transmit),
            ["offsetof(struct xdp_mmap_offsets, fr)"] = Offset(&offsets, &offsets.Fill),
            ["offsetof(struct xdp_mmap_offsets, cr)"] = Offset(&offsets, &offsets.Completion),
            ["sizeof(struct xdp_statistics)"] = sizeof(AfXdp.Statistics),
            ["offsetof(struct xdp_statistics, rx_invalid_descs)"] = Offset(&statistics, &statistics.ReceiveInvalidDescriptors),
            ["offsetof(struct xdp_statistics, tx_invalid_descs)"] = Offset(&statistics, &statistics.TransmitInvalidDescriptors),
            ["offsetof(struct xdp_statistics, rx_ring_full)"] = Offset(&statistics, &statistics.ReceiveRingFull),
            ["offsetof(struct xdp_statistics, rx_fill_ring_empty_descs)"] = Offset(&statistics, &statistics.FillRingEmpty),
            ["offsetof(struct xdp_statistics, tx_ring_empty_descs)"] = Offset(&statistics, &statistics.TransmitRingEmpty),
            ["sizeof(struct sockaddr_xdp)"] = sizeof(AfXdp.SocketAddress),
            ["offsetof(struct sockaddr_xdp, sxdp_flags)"] = Offset(&address, &address.Flags),
            ["offsetof(struct sockaddr_xdp, sxdp_ifindex)"] = Offset(&address, &address.InterfaceIndex),
            ["offsetof(struct sockaddr_xdp, sxdp_queue_id)"] = Offset(&address, &address.Queue),
            ["offsetof(struct sockaddr_xdp, sxdp_shared_umem_fd)"] = Offset(&address, &address.SharedDescriptor),
            ["sizeof(struct xdp_desc)"] = sizeof(AfXdp.Descriptor),
            ["offsetof(struct xdp_desc, len)"] = Offset(&descriptor, &descriptor.Length),
            ["offsetof(struct xdp_desc, options)"] = Offset(&descriptor, &descriptor.Options),
        });
    }

    [Fact]
    public void The_constants_of_AF_XDP_are_those_of_the_headers() => Check("linux/if_xdp.h", new()
    {
        ["AF_XDP"] = LibC.AF_XDP,
        ["SOL_XDP"] = AfXdp.SOL_XDP,
        ["XDP_MMAP_OFFSETS"] = AfXdp.XDP_MMAP_OFFSETS,
        ["XDP_RX_RING"] = AfXdp.XDP_RX_RING,
        ["XDP_TX_RING"] = AfXdp.XDP_TX_RING,
        ["XDP_UMEM_REG"] = AfXdp.XDP_UMEM_REG,
        ["XDP_UMEM_FILL_RING"] = AfXdp.XDP_UMEM_FILL_RING,
        ["XDP_UMEM_COMPLETION_RING"] = AfXdp.XDP_UMEM_COMPLETION_RING,
        ["XDP_STATISTICS"] = AfXdp.XDP_STATISTICS,
        ["XDP_OPTIONS"] = AfXdp.XDP_OPTIONS,
        ["XDP_MAX_TX_SKB_BUDGET"] = AfXdp.XDP_MAX_TX_SKB_BUDGET,
        ["XDP_SHARED_UMEM"] = AfXdp.XDP_SHARED_UMEM,
        ["XDP_COPY"] = AfXdp.XDP_COPY,
        ["XDP_ZEROCOPY"] = AfXdp.XDP_ZEROCOPY,
        ["XDP_USE_NEED_WAKEUP"] = AfXdp.XDP_USE_NEED_WAKEUP,
        ["XDP_USE_SG"] = AfXdp.XDP_USE_SG,
        ["XDP_UMEM_UNALIGNED_CHUNK_FLAG"] = AfXdp.XDP_UMEM_UNALIGNED_CHUNK_FLAG,
        ["XDP_UMEM_TX_SW_CSUM"] = AfXdp.XDP_UMEM_TX_SW_CSUM,
        ["XDP_UMEM_TX_METADATA_LEN"] = AfXdp.XDP_UMEM_TX_METADATA_LEN,
        ["XDP_RING_NEED_WAKEUP"] = AfXdp.XDP_RING_NEED_WAKEUP,
        ["XDP_OPTIONS_ZEROCOPY"] = AfXdp.XDP_OPTIONS_ZEROCOPY,
        ["XDP_PKT_CONTD"] = AfXdp.XDP_PKT_CONTD,
        ["XDP_TX_METADATA"] = AfXdp.XDP_TX_METADATA,
        ["XDP_TXMD_FLAGS_TIMESTAMP"] = (long)AfXdp.XDP_TXMD_FLAGS_TIMESTAMP,
        ["XDP_TXMD_FLAGS_CHECKSUM"] = (long)AfXdp.XDP_TXMD_FLAGS_CHECKSUM,
        ["XDP_PGOFF_RX_RING"] = AfXdp.XDP_PGOFF_RX_RING,
        ["XDP_PGOFF_TX_RING"] = AfXdp.XDP_PGOFF_TX_RING,
        ["XDP_UMEM_PGOFF_FILL_RING"] = AfXdp.XDP_UMEM_PGOFF_FILL_RING,
        ["XDP_UMEM_PGOFF_COMPLETION_RING"] = AfXdp.XDP_UMEM_PGOFF_COMPLETION_RING,
        ["XSK_UNALIGNED_BUF_OFFSET_SHIFT"] = AfXdp.XSK_UNALIGNED_BUF_OFFSET_SHIFT,
        ["XSK_UNALIGNED_BUF_ADDR_MASK"] = (long)AfXdp.XSK_UNALIGNED_BUF_ADDR_MASK,
        ["MAP_POPULATE"] = AfXdp.MAP_POPULATE,
        ["SO_BUSY_POLL"] = AfXdp.SO_BUSY_POLL,
        ["SO_PREFER_BUSY_POLL"] = AfXdp.SO_PREFER_BUSY_POLL,
        ["SO_BUSY_POLL_BUDGET"] = AfXdp.SO_BUSY_POLL_BUDGET,
    });

    [Fact]
    public void The_attributes_of_bpf_are_laid_out_as_in_C()
    {
        Bpf.MapCreate map;
        Bpf.MapElement element;
        Bpf.ProgramLoad program;
        Bpf.LinkCreate link;
        Bpf.TestRunRequest test;
        Bpf.ObjectPath path;
        Bpf.InformationRequest information;
        Bpf.ProgramInformation about;
        Check("linux/bpf.h", new()
        {
            ["offsetof(union bpf_attr, max_entries)"] = Offset(&map, &map.Entries),
            ["offsetof(union bpf_attr, map_name)"] = Offset(&map, map.Name),
            ["offsetof(union bpf_attr, key)"] = Offset(&element, &element.Key),
            ["offsetof(union bpf_attr, value)"] = Offset(&element, &element.Value),
            ["offsetof(union bpf_attr, insn_cnt)"] = Offset(&program, &program.Count),
            ["offsetof(union bpf_attr, insns)"] = Offset(&program, &program.Instructions),
            ["offsetof(union bpf_attr, license)"] = Offset(&program, &program.License),
            ["offsetof(union bpf_attr, log_level)"] = Offset(&program, &program.LogLevel),
            ["offsetof(union bpf_attr, log_size)"] = Offset(&program, &program.LogSize),
            ["offsetof(union bpf_attr, log_buf)"] = Offset(&program, &program.Log),
            ["offsetof(union bpf_attr, prog_flags)"] = Offset(&program, &program.Flags),
            ["offsetof(union bpf_attr, prog_name)"] = Offset(&program, program.Name),
            ["offsetof(union bpf_attr, expected_attach_type)"] = Offset(&program, &program.ExpectedAttachType),
            ["offsetof(union bpf_attr, link_create.target_ifindex)"] = Offset(&link, &link.Target),
            ["offsetof(union bpf_attr, link_create.attach_type)"] = Offset(&link, &link.AttachType),
            ["offsetof(union bpf_attr, link_create.flags)"] = Offset(&link, &link.Flags),
            ["offsetof(union bpf_attr, test.retval)"] = Offset(&test, &test.Returned),
            ["offsetof(union bpf_attr, test.data_size_in)"] = Offset(&test, &test.DataLength),
            ["offsetof(union bpf_attr, test.data_in)"] = Offset(&test, &test.Data),
            ["offsetof(union bpf_attr, test.repeat)"] = Offset(&test, &test.Repeat),
            ["offsetof(union bpf_attr, bpf_fd)"] = Offset(&path, &path.Descriptor),
            ["offsetof(union bpf_attr, info.info_len)"] = Offset(&information, &information.Length),
            ["offsetof(union bpf_attr, info.info)"] = Offset(&information, &information.Information),
            ["offsetof(struct bpf_prog_info, id)"] = Offset(&about, &about.Id),
            ["offsetof(struct bpf_prog_info, name)"] = Offset(&about, about.Name),
            ["offsetof(struct bpf_map_info, max_entries)"] = sizeof(Bpf.MapInformation) - sizeof(uint),
        });
    }

    [Fact]
    public void The_constants_of_bpf_are_those_of_the_headers()
    {
        Check("linux/bpf.h", new() { ["SYS_bpf"] = Bpf.SYS_bpf, ["BPF_OBJ_NAME_LEN"] = Bpf.NameSize }, isMacro: true);
        Check(
            "linux/bpf.h",
            new()
            {
                ["BPF_MAP_CREATE"] = Bpf.BPF_MAP_CREATE,
                ["BPF_MAP_UPDATE_ELEM"] = Bpf.BPF_MAP_UPDATE_ELEM,
                ["BPF_PROG_LOAD"] = Bpf.BPF_PROG_LOAD,
                ["BPF_OBJ_PIN"] = Bpf.BPF_OBJ_PIN,
                ["BPF_OBJ_GET"] = Bpf.BPF_OBJ_GET,
                ["BPF_PROG_TEST_RUN"] = Bpf.BPF_PROG_TEST_RUN,
                ["BPF_PROG_GET_FD_BY_ID"] = Bpf.BPF_PROG_GET_FD_BY_ID,
                ["BPF_OBJ_GET_INFO_BY_FD"] = Bpf.BPF_OBJ_GET_INFO_BY_FD,
                ["BPF_LINK_CREATE"] = Bpf.BPF_LINK_CREATE,
                ["BPF_LINK_DETACH"] = Bpf.BPF_LINK_DETACH,
                ["BPF_MAP_TYPE_XSKMAP"] = Bpf.BPF_MAP_TYPE_XSKMAP,
                ["BPF_PROG_TYPE_XDP"] = Bpf.BPF_PROG_TYPE_XDP,
                ["BPF_XDP"] = Bpf.BPF_XDP,
                ["XDP_PASS"] = Bpf.XDP_PASS,
                ["XDP_REDIRECT"] = Bpf.XDP_REDIRECT,
                ["BPF_FUNC_redirect_map"] = Bpf.BPF_FUNC_redirect_map,
                ["BPF_FUNC_xdp_load_bytes"] = Bpf.BPF_FUNC_xdp_load_bytes,
                ["XDP_PACKET_HEADROOM"] = AfXdp.PacketHeadroom,
                ["BPF_F_XDP_HAS_FRAGS"] = Bpf.BPF_F_XDP_HAS_FRAGS,
                ["offsetof(struct xdp_md, data_end)"] = 4,
                ["offsetof(struct xdp_md, rx_queue_index)"] = 16,
            },
            isMacro: false);
        Check("linux/if_link.h", new()
        { ["XDP_FLAGS_SKB_MODE"] = Bpf.XDP_FLAGS_SKB_MODE, ["XDP_FLAGS_DRV_MODE"] = Bpf.XDP_FLAGS_DRV_MODE });
    }

    [Fact]
    public void Epoll_and_ethtool_are_as_in_C()
    {
        Epoll.Event one;
        Check("sys/epoll.h", new()
        {
            ["sizeof(struct epoll_event)"] = sizeof(Epoll.Event),
            ["offsetof(struct epoll_event, data)"] = Offset(&one, &one.Data),
            ["EPOLL_CLOEXEC"] = Epoll.EPOLL_CLOEXEC,
            ["EPOLL_CTL_ADD"] = Epoll.EPOLL_CTL_ADD,
            ["EPOLL_CTL_DEL"] = Epoll.EPOLL_CTL_DEL,
            ["EPOLL_CTL_MOD"] = Epoll.EPOLL_CTL_MOD,
            ["EPOLLIN"] = Epoll.EPOLLIN,
            ["(unsigned)EPOLLONESHOT"] = Epoll.EPOLLONESHOT,
        }, isMacro: false);
        Ethtool.Channels channels;
        Ethtool.DriverInformation driver;
        Check("linux/ethtool.h", new()
        {
            ["sizeof(struct ethtool_channels)"] = sizeof(Ethtool.Channels),
            ["offsetof(struct ethtool_channels, max_combined)"] = Offset(&channels, &channels.MaximumCombined),
            ["offsetof(struct ethtool_channels, rx_count)"] = Offset(&channels, &channels.Receive),
            ["offsetof(struct ethtool_channels, combined_count)"] = Offset(&channels, &channels.Combined),
            ["sizeof(struct ethtool_drvinfo)"] = sizeof(Ethtool.DriverInformation),
            ["offsetof(struct ethtool_drvinfo, driver)"] = Offset(&driver, driver.Driver),
            ["ETHTOOL_GDRVINFO"] = Ethtool.ETHTOOL_GDRVINFO,
            ["ETHTOOL_GCHANNELS"] = Ethtool.ETHTOOL_GCHANNELS,
        });
        Check("linux/sockios.h", new() { ["SIOCETHTOOL"] = (long)Ethtool.SIOCETHTOOL });
    }

    private static long Offset(void* structure, void* field) => (byte*)field - (byte*)structure;

    // A header that knows no metadata has the shorter one.
    private static void Check(string structure, string header, long size, bool mayBeSmaller)
    {
        long inC = Ask(header, [$"sizeof({structure})"], isMacro: false).Single().Value!.Value;
        Assert.True(inC == size || (mayBeSmaller && inC < size), $"{structure} has {inC} bytes in C.");
    }

    private static void Check(string header, Dictionary<string, long> ours, bool isMacro = true)
    {
        Dictionary<string, long?> inC = Ask(header, [.. ours.Keys], isMacro);
        Assert.All(ours, pair => Assert.Equal(inC[pair.Key] ?? pair.Value, pair.Value));
        Assert.Contains(inC.Values, value => value is not null);
    }

    // A macro that a header lacks is null; enumerators and layouts are there.
    private static Dictionary<string, long?> Ask(string header, string[] expressions, bool isMacro)
    {
        static bool IsName(string text) => text.All(one => char.IsAsciiLetterOrDigit(one) || one == '_');
        IEnumerable<string> lines = expressions.Select(expression => isMacro && IsName(expression)
            ? $"\n#ifdef {expression}\nprintf(\"%lld\\n\", (long long)({expression}));\n#else\nputs(\"-\");\n#endif\n"
            : $"printf(\"%lld\\n\", (long long)({expression}));\n");
        string output = CCompiler.Run(
            $$"""
            #define _GNU_SOURCE
            #include <stddef.h>
            #include <stdio.h>
            #include <sys/mman.h>
            #include <sys/socket.h>
            #include <sys/syscall.h>
            #include <linux/types.h>
            #include <{{header}}>
            int main(void) {
            {{string.Concat(lines)}}
            return 0; }
            """);
        return expressions.Zip(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToDictionary(
            pair => pair.First, pair => pair.Second == "-" ? (long?)null : long.Parse(pair.Second, CultureInfo.InvariantCulture));
    }
}
