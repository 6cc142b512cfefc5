namespace Nonpaged.Xdp;

/// <summary>
/// Writes eBPF instructions (struct bpf_insn: operation, registers, a jump's distance, a constant) with labels that may come
/// later. Documentation/bpf/standardization/instruction-set.rst.
/// </summary>
internal sealed class BpfAssembler
{
    // Classes, sizes and modes, joined as the instructions use them.
    private const byte LoadHalf = 0x69;
    private const byte LoadByte = 0x71;
    private const byte LoadWord = 0x61;
    private const byte LoadDouble = 0x79;
    private const byte StoreConstantDouble = 0x7a;
    private const byte StoreDouble = 0x7b;
    private const byte LoadConstant64 = 0x18;
    private const byte MoveConstant = 0xb7;
    private const byte MoveRegister = 0xbf;
    private const byte AddConstant = 0x07;
    private const byte AddRegister = 0x0f;
    private const byte AndConstant = 0x57;
    private const byte ShiftLeftConstant = 0x67;
    private const byte ShiftRightConstant = 0x77;
    private const byte ToBigEndian = 0xdc;
    private const byte JumpAlways = 0x05;
    private const byte JumpEqual = 0x15;
    private const byte JumpNotEqual = 0x55;
    private const byte JumpAbove = 0x25;
    private const byte JumpBelow = 0xa5;
    private const byte JumpAboveRegister = 0x2d;
    private const byte CallHelper = 0x85;
    private const byte ExitProgram = 0x95;
    private const int MapDescriptor = 1;

    private readonly List<ulong> _code = [];
    private readonly List<int> _labels = [];
    private readonly List<(int Instruction, int Label)> _jumps = [];

    /// <summary>A place that is not known yet.</summary>
    public int NewLabel()
    {
        _labels.Add(-1);
        return _labels.Count - 1;
    }

    /// <summary>The place is here.</summary>
    public void Place(int label) => _labels[label] = _code.Count;

    public void Move(int to, int constant) => Emit(MoveConstant, to, 0, 0, constant);

    public void MoveFrom(int to, int from) => Emit(MoveRegister, to, from, 0, 0);

    public void Add(int to, int constant) => Emit(AddConstant, to, 0, 0, constant);

    public void AddFrom(int to, int from) => Emit(AddRegister, to, from, 0, 0);

    public void And(int to, int constant) => Emit(AndConstant, to, 0, 0, constant);

    public void ShiftLeft(int to, int bits) => Emit(ShiftLeftConstant, to, 0, 0, bits);

    public void ShiftRight(int to, int bits) => Emit(ShiftRightConstant, to, 0, 0, bits);

    public void LoadU8(int to, int at, int offset) => Emit(LoadByte, to, at, offset, 0);

    /// <summary>16 bits as they stand in a packet.</summary>
    public void LoadNetworkU16(int to, int at, int offset)
    {
        Emit(LoadHalf, to, at, offset, 0);
        Emit(ToBigEndian, to, 0, 0, 16);
    }

    public void LoadU32(int to, int at, int offset) => Emit(LoadWord, to, at, offset, 0);

    public void LoadU64(int to, int at, int offset) => Emit(LoadDouble, to, at, offset, 0);

    public void StoreU64(int at, int offset, int constant) => Emit(StoreConstantDouble, at, 0, offset, constant);

    public void StoreU64From(int at, int offset, int from) => Emit(StoreDouble, at, from, offset, 0);

    public void Jump(int label) => EmitJump(JumpAlways, 0, 0, 0, label);

    public void JumpIfEqual(int register, int constant, int label) => EmitJump(JumpEqual, register, 0, constant, label);

    public void JumpIfNotEqual(int register, int constant, int label) => EmitJump(JumpNotEqual, register, 0, constant, label);

    /// <summary>Unsigned, as all comparisons here.</summary>
    public void JumpIfAbove(int register, int constant, int label) => EmitJump(JumpAbove, register, 0, constant, label);

    public void JumpIfBelow(int register, int constant, int label) => EmitJump(JumpBelow, register, 0, constant, label);

    public void JumpIfAboveRegister(int register, int other, int label) => EmitJump(JumpAboveRegister, register, other, 0, label);

    /// <summary>The kernel puts the map's address in the place of its descriptor.</summary>
    public void LoadMap(int to, int descriptor)
    {
        Emit(LoadConstant64, to, MapDescriptor, 0, descriptor);
        _code.Add(0);
    }

    public void Call(int helper) => Emit(CallHelper, 0, 0, 0, helper);

    public void Exit() => Emit(ExitProgram, 0, 0, 0, 0);

    /// <summary>The program, with its jumps, without what is never reached: the verifier refuses that.</summary>
    /// <exception cref="ArgumentException">A jump is farther than an instruction can tell.</exception>
    public ulong[] Assemble()
    {
        var targets = _jumps.ToDictionary(jump => jump.Instruction, jump => _labels[jump.Label]);
        bool[] isReached = FindReached(targets);
        int[] places = new int[_code.Count + 1];
        for (int i = 0; i < _code.Count; i++) places[i + 1] = places[i] + (isReached[i] ? 1 : 0);
        ulong[] code = new ulong[places[^1]];
        for (int i = 0; i < _code.Count; i++)
        {
            if (!isReached[i]) continue;
            int distance = targets.TryGetValue(i, out int target) ? places[target] - places[i] - 1 : 0;
            if (distance is < short.MinValue or > short.MaxValue)
                throw new ArgumentException("The filter has too many conditions: its program has jumps of more than 32767.");
            code[places[i]] = _code[i] | (ulong)(ushort)distance << 16;
        }

        return code;
    }

    private bool[] FindReached(Dictionary<int, int> targets)
    {
        bool[] isReached = new bool[_code.Count];
        var open = new Stack<int>([0]);
        while (open.TryPop(out int at))
        {
            if (isReached[at]) continue;
            isReached[at] = true;
            byte operation = (byte)_code[at];
            if (targets.TryGetValue(at, out int target)) open.Push(target);
            if (operation is not (JumpAlways or ExitProgram)) open.Push(at + 1);
        }

        return isReached;
    }

    private void EmitJump(byte operation, int register, int other, int constant, int label)
    {
        _jumps.Add((_code.Count, label));
        Emit(operation, register, other, 0, constant);
    }

    private void Emit(byte operation, int to, int from, int offset, int constant) => _code.Add(
        operation | (ulong)(uint)(to | from << 4) << 8 | (ulong)(ushort)offset << 16 | (ulong)(uint)constant << 32);
}
