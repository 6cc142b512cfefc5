using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>
/// The program for the kernel: it reads a frame's fields as far as the filter needs them, and redirects the frame to the socket
/// of its queue where they fulfil it. A field that the frame does not have is -1, which no condition is fulfilled by.
/// </summary>
/// <remarks>
/// Packet pointers move by constants only, because the verifier allows others with CAP_PERFMON alone; where that is not possible,
/// behind extension headers, a helper reads at an offset.
/// </remarks>
internal sealed class FrameProgram
{
    public const int IPv4 = 0x0800;
    public const int IPv6 = 0x86dd;
    public const int Tcp = 6;
    public const int Udp = 17;
    private const int Sctp = 132;
    private const int UdpLite = 136;
    private const int Tag = 0x8100;
    private const int ProviderTag = 0x88a8;
    private const int MostTags = 2;
    private const int EthernetLength = 14;
    private const int IPv4Length = 20;
    private const int IPv6Length = 40;
    private const int MostExtensions = 6;
    private const int Fragment = 44;
    private const int AuthenticationHeader = 51;

    // Hop by hop, routing, fragment, authentication, destination options (RFC 8200, 4; RFC 4302).
    private static readonly int[] s_extensions = [0, 43, Fragment, AuthenticationHeader, 60];
    private static readonly int[] s_withPorts = [Tcp, Udp, Sctp, UdpLite];

    // Registers that a helper's call keeps, with what they hold, and the others.
    private const int Context = 6;
    private const int EtherType = 7;
    private const int Protocol = 8;
    private const int Vlan = 9;
    private const int Stack = 10;
    private const int Result = 0;
    private const int Scratch = 5;
    private const int Limit = 4;
    private const int End = 3;
    private const int Packet = 2;

    // On the stack.
    private const int SourcePort = -8;
    private const int DestinationPort = -16;
    private const int Offset = -24;
    private const int Bytes = -32;

    private readonly BpfAssembler _to = new();
    private readonly int _evaluate;
    private readonly int _ports;
    private readonly int _extended;
    private readonly bool _needsPorts;
    private readonly bool _needsProtocol;

    private FrameProgram(FilterNode filter)
    {
        FilterField[] fields = [.. filter.Fields];
        _needsPorts = fields.Any(field => field is FilterField.SourcePort or FilterField.DestinationPort);
        _needsProtocol = _needsPorts || fields.Contains(FilterField.Protocol);
        (_evaluate, _ports, _extended) = (_to.NewLabel(), _to.NewLabel(), _to.NewLabel());
    }

    /// <summary>The instructions, for a map's descriptor.</summary>
    public static ulong[] Compile(FilterNode filter, int map)
    {
        var program = new FrameProgram(filter);
        program.Write(filter, map);
        return program._to.Assemble();
    }

    private void Write(FilterNode filter, int map)
    {
        _to.MoveFrom(Context, 1);
        if (filter.Fields.Any()) ReadFields();
        int redirects = _to.NewLabel(), passes = _to.NewLabel();
        _to.Place(_evaluate);
        Evaluate(filter, redirects, passes);
        _to.Place(passes);
        _to.Move(Result, Bpf.XDP_PASS);
        _to.Exit();
        _to.Place(redirects);
        // struct xdp_md: rx_queue_index. A queue without a socket lets the frame pass.
        _to.LoadU32(2, Context, 16);
        _to.LoadMap(1, map);
        _to.Move(3, Bpf.XDP_PASS);
        _to.Call(Bpf.BPF_FUNC_redirect_map);
        _to.Exit();
    }

    private void ReadFields()
    {
        _to.Move(EtherType, -1);
        _to.Move(Protocol, -1);
        _to.Move(Vlan, -1);
        if (_needsPorts)
        {
            _to.StoreU64(Stack, SourcePort, -1);
            _to.StoreU64(Stack, DestinationPort, -1);
        }

        // struct xdp_md: data and data_end.
        _to.LoadU32(Packet, Context, 0);
        _to.LoadU32(End, Context, 4);
        Require(EthernetLength);
        _to.LoadNetworkU16(EtherType, Packet, EthernetLength - 2);
        _to.Add(Packet, EthernetLength);
        ReadTags();
        if (!_needsProtocol) return;
        int v4 = _to.NewLabel(), v6 = _to.NewLabel();
        _to.JumpIfEqual(EtherType, IPv4, v4);
        _to.JumpIfEqual(EtherType, IPv6, v6);
        _to.Jump(_evaluate);
        _to.Place(v4);
        ReadIPv4();
        _to.Place(v6);
        ReadIPv6();
        ReadPorts();
        WalkExtensions();
    }

    // The EtherType behind a tag takes the place of the tag's own.
    private void ReadTags()
    {
        if (_needsProtocol) _to.StoreU64(Stack, Offset, EthernetLength);
        int behind = _to.NewLabel();
        for (int i = 1; i <= MostTags; i++)
        {
            int tagged = _to.NewLabel();
            _to.JumpIfEqual(EtherType, Tag, tagged);
            _to.JumpIfNotEqual(EtherType, ProviderTag, behind);
            _to.Place(tagged);
            Require(4);
            if (i == 1)
            {
                _to.LoadNetworkU16(Vlan, Packet, 0);
                _to.And(Vlan, 0xfff);
            }

            _to.LoadNetworkU16(EtherType, Packet, 2);
            _to.Add(Packet, 4);
            if (_needsProtocol) _to.StoreU64(Stack, Offset, EthernetLength + 4 * i);
        }

        _to.Place(behind);
    }

    private void ReadIPv4()
    {
        Require(IPv4Length);
        _to.LoadU8(Result, Packet, 0);
        _to.MoveFrom(Scratch, Result);
        _to.ShiftRight(Scratch, 4);
        _to.JumpIfNotEqual(Scratch, 4, _evaluate);
        _to.And(Result, 0xf);
        _to.JumpIfBelow(Result, IPv4Length / 4, _evaluate);
        _to.LoadU8(Protocol, Packet, 9);
        if (_needsPorts)
        {
            // A fragment that is not the first one.
            _to.LoadNetworkU16(Scratch, Packet, 6);
            _to.And(Scratch, 0x1fff);
            _to.JumpIfNotEqual(Scratch, 0, _evaluate);
            for (int words = IPv4Length / 4; words < 16; words++)
            {
                int other = _to.NewLabel();
                _to.JumpIfNotEqual(Result, words, other);
                _to.Add(Packet, 4 * words);
                _to.Jump(_ports);
                _to.Place(other);
            }
        }

        _to.Jump(_evaluate);
    }

    private void ReadIPv6()
    {
        Require(IPv6Length);
        _to.LoadU8(Result, Packet, 0);
        _to.ShiftRight(Result, 4);
        _to.JumpIfNotEqual(Result, 6, _evaluate);
        _to.LoadU8(Protocol, Packet, 6);
        foreach (int extension in s_extensions) _to.JumpIfEqual(Protocol, extension, _extended);
        _to.Add(Packet, IPv6Length);
        _to.Jump(_ports);
    }

    private void ReadPorts()
    {
        _to.Place(_ports);
        if (_needsPorts)
        {
            RequirePorts();
            Require(4);
            KeepPorts(Packet, 0);
        }

        _to.Jump(_evaluate);
    }

    private void WalkExtensions()
    {
        int done = _to.NewLabel();
        _to.Place(_extended);
        _to.LoadU64(Result, Stack, Offset);
        _to.Add(Result, IPv6Length);
        _to.StoreU64From(Stack, Offset, Result);
        for (int i = 0; i < MostExtensions; i++) PassExtension(done);
        _to.Jump(_evaluate);
        _to.Place(done);
        if (!_needsPorts) return;
        RequirePorts();
        ReadBytes(4);
        KeepPorts(Stack, Bytes);
    }

    // What follows an extension header is in its first byte, its length in the second.
    private void PassExtension(int done)
    {
        int fragment = _to.NewLabel(), authentication = _to.NewLabel(), goesOn = _to.NewLabel(), another = _to.NewLabel();
        ReadBytes(8);
        _to.LoadU8(Scratch, Stack, Bytes + 1);
        _to.JumpIfEqual(Protocol, Fragment, fragment);
        _to.JumpIfEqual(Protocol, AuthenticationHeader, authentication);
        _to.Add(Scratch, 1);
        _to.ShiftLeft(Scratch, 3);
        _to.Jump(goesOn);
        _to.Place(authentication);
        _to.Add(Scratch, 2);
        _to.ShiftLeft(Scratch, 2);
        _to.Jump(goesOn);
        _to.Place(fragment);
        _to.LoadU8(Protocol, Stack, Bytes);
        _to.LoadNetworkU16(Scratch, Stack, Bytes + 2);
        _to.And(Scratch, 0xfff8);
        _to.JumpIfNotEqual(Scratch, 0, _evaluate);
        _to.Move(Scratch, 8);
        _to.Place(goesOn);
        _to.LoadU8(Protocol, Stack, Bytes);
        _to.LoadU64(Result, Stack, Offset);
        _to.AddFrom(Result, Scratch);
        _to.StoreU64From(Stack, Offset, Result);
        foreach (int extension in s_extensions) _to.JumpIfEqual(Protocol, extension, another);
        _to.Jump(done);
        _to.Place(another);
    }

    /// <summary>bpf_xdp_load_bytes(context, offset, bytes, length).</summary>
    private void ReadBytes(int length)
    {
        _to.MoveFrom(1, Context);
        _to.LoadU64(2, Stack, Offset);
        _to.MoveFrom(3, Stack);
        _to.Add(3, Bytes);
        _to.Move(4, length);
        _to.Call(Bpf.BPF_FUNC_xdp_load_bytes);
        _to.JumpIfNotEqual(Result, 0, _evaluate);
    }

    private void Require(int bytes)
    {
        _to.MoveFrom(Limit, Packet);
        _to.Add(Limit, bytes);
        _to.JumpIfAboveRegister(Limit, End, _evaluate);
    }

    private void KeepPorts(int at, int offset)
    {
        _to.LoadNetworkU16(Result, at, offset);
        _to.StoreU64From(Stack, SourcePort, Result);
        _to.LoadNetworkU16(Result, at, offset + 2);
        _to.StoreU64From(Stack, DestinationPort, Result);
    }

    private void RequirePorts()
    {
        int has = _to.NewLabel();
        foreach (int protocol in s_withPorts) _to.JumpIfEqual(Protocol, protocol, has);
        _to.Jump(_evaluate);
        _to.Place(has);
    }

    private void Evaluate(FilterNode node, int ifTrue, int ifFalse)
    {
        int second;
        switch (node)
        {
            case FilterNode.Every:
                _to.Jump(ifTrue);
                break;
            case FilterNode.Not not:
                Evaluate(not.Inner, ifFalse, ifTrue);
                break;
            case FilterNode.Both both:
                second = _to.NewLabel();
                Evaluate(both.Left, second, ifFalse);
                _to.Place(second);
                Evaluate(both.Right, ifTrue, ifFalse);
                break;
            case FilterNode.Either either:
                second = _to.NewLabel();
                Evaluate(either.Left, ifTrue, second);
                _to.Place(second);
                Evaluate(either.Right, ifTrue, ifFalse);
                break;
            case FilterNode.Within within:
                Compare(within, ifTrue, ifFalse);
                break;
            default:
                throw new ArgumentException($"There is no condition {node}.", nameof(node));
        }
    }

    private void Compare(FilterNode.Within within, int ifTrue, int ifFalse)
    {
        int register = within.Field switch
        {
            FilterField.EtherType => EtherType,
            FilterField.Vlan => Vlan,
            FilterField.Protocol => Protocol,
            _ => Scratch,
        };
        if (register == Scratch)
            _to.LoadU64(Scratch, Stack, within.Field == FilterField.SourcePort ? SourcePort : DestinationPort);
        _to.JumpIfBelow(register, within.First, ifFalse);
        // -1 is above all.
        _to.JumpIfAbove(register, within.Last, ifFalse);
        _to.Jump(ifTrue);
    }
}
