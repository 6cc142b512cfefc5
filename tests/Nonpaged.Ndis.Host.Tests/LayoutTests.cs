using Nonpaged.Ndis.Native;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>Structures that C drivers share with us, as the headers that they are compiled against lay them out.</summary>
public sealed unsafe class LayoutTests
{
    [Fact]
    public void Shared_structures_have_the_layout_that_the_headers_give_them()
    {
        (string C, long Value)[] expected = Expected();
        string prints = string.Join('\n', expected.Select(one => $"printf(\"%ld\\n\", (long){one.C});"));
        string[] answers = Print(prints);
        Assert.Equal(
            expected.Select(one => $"{one.C} = {one.Value}"), expected.Zip(answers, (one, answer) => $"{one.C} = {answer}"));
    }

    [Theory]
    [InlineData("gcc")]
    [InlineData("clang")]
    public void They_have_the_same_layout_in_windows_data_model(string compiler)
    {
        Command.Run(compiler, ["--version"]);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nonpaged-layout-");
        try
        {
            string source = Path.Combine(folder.FullName, "layout.c");
            File.WriteAllLines(source, ["#include <ndis.h>", "C_ASSERT(sizeof(long) == 4);",
                .. Expected().Select(one => $"C_ASSERT(({one.C}) == {one.Value});")]);
            CommandResult built = Command.Run(
                Path.Combine(Repository.Root, "nonpaged"),
                ["cc", "--compiler", compiler, "--windows-data-model", "--", "-fsyntax-only", source]);
            Assert.True(built.ExitCode == 0, built.Error);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (string C, long Value)[] Expected()
    {
        NDIS_PACKET packet;
        NDIS_PACKET_PRIVATE own;
        NDIS_PACKET_OOB_DATA outOfBand;
        NDIS_BUFFER buffer;
        CM_PARTIAL_RESOURCE_DESCRIPTOR descriptor;
        InlineThread thread;
        Magazine magazine;
        NDIS_CONFIGURATION_PARAMETER parameter;
        return
        [
            ("sizeof(NDIS_BUFFER)", sizeof(NDIS_BUFFER)),
            ("offsetof(NDIS_BUFFER, MappedSystemVa)", Offset(&buffer, &buffer.MappedSystemVa)),
            ("offsetof(NDIS_BUFFER, ByteOffset)", Offset(&buffer, &buffer.ByteOffset)),
            ("sizeof(NDIS_PACKET_PRIVATE)", sizeof(NDIS_PACKET_PRIVATE)),
            ("offsetof(NDIS_PACKET_PRIVATE, Flags)", Offset(&own, &own.Flags)),
            ("offsetof(NDIS_PACKET_PRIVATE, NdisPacketOobOffset)", Offset(&own, &own.NdisPacketOobOffset)),
            ("sizeof(NDIS_PACKET)", sizeof(NDIS_PACKET)),
            ("offsetof(NDIS_PACKET, MiniportReserved)", Offset(&packet, packet.MiniportReserved)),
            ("offsetof(NDIS_PACKET, ProtocolReserved)", Offset(&packet, packet.ProtocolReserved)),
            ("sizeof(NDIS_PACKET_OOB_DATA)", sizeof(NDIS_PACKET_OOB_DATA)),
            ("offsetof(NDIS_PACKET_OOB_DATA, Status)", Offset(&outOfBand, &outOfBand.Status)),
            ("sizeof(NDIS_STRING)", sizeof(NDIS_STRING)),
            ("sizeof(NDIS_PHYSICAL_ADDRESS)", sizeof(NDIS_PHYSICAL_ADDRESS)),
            ("sizeof(NDIS_PHYSICAL_ADDRESS_UNIT)", sizeof(NDIS_PHYSICAL_ADDRESS_UNIT)),
            ("sizeof(NDIS_CONFIGURATION_PARAMETER)", sizeof(NDIS_CONFIGURATION_PARAMETER)),
            ("offsetof(NDIS_CONFIGURATION_PARAMETER, ParameterData)", Offset(&parameter, &parameter.StringData)),
            ("sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR)", sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR)),
            ("offsetof(CM_PARTIAL_RESOURCE_DESCRIPTOR, u.Memory.Length)", Offset(&descriptor, &descriptor.MemoryLength)),
            ("offsetof(CM_PARTIAL_RESOURCE_DESCRIPTOR, u.Interrupt.Vector)", Offset(&descriptor, &descriptor.InterruptVector)),
            ("offsetof(CM_PARTIAL_RESOURCE_DESCRIPTOR, u.Interrupt.Affinity)", Offset(
                &descriptor, &descriptor.InterruptAffinity)),
            ("sizeof(NDIS_RESOURCE_LIST)", NDIS_RESOURCE_LIST.SizeFor(1)),
            ("sizeof(SCATTER_GATHER_ELEMENT)", sizeof(SCATTER_GATHER_ELEMENT)),
            ("offsetof(SCATTER_GATHER_LIST, Elements)", sizeof(SCATTER_GATHER_LIST)),
            ("sizeof(NDIS_SPIN_LOCK)", sizeof(NDIS_SPIN_LOCK)),
            ("sizeof(NDIS_EVENT)", sizeof(NDIS_EVENT)),
            ("sizeof(NDIS_TIMER)", sizeof(NDIS_TIMER)),
            ("sizeof(NDIS_MINIPORT_TIMER)", sizeof(NDIS_MINIPORT_TIMER)),
            ("sizeof(NDIS_MINIPORT_INTERRUPT)", sizeof(NDIS_MINIPORT_INTERRUPT)),
            ("sizeof(NDIS_WORK_ITEM)", sizeof(NDIS_WORK_ITEM)),
            ("sizeof(NPAGED_LOOKASIDE_LIST)", sizeof(NativeLookaside)),
            ("sizeof(NONPAGED_THREAD)", sizeof(InlineThread)),
            ("offsetof(NONPAGED_THREAD, Magazines)", Offset(&thread, &thread.Magazines)),
            ("offsetof(NONPAGED_THREAD, Classes)", Offset(&thread, &thread.Classes)),
            ("offsetof(NONPAGED_THREAD, Chunks)", Offset(&thread, &thread.Chunks)),
            ("offsetof(NONPAGED_THREAD, ChunkCount)", Offset(&thread, &thread.ChunkCount)),
            ("offsetof(NONPAGED_THREAD, IsAsked)", Offset(&thread, &thread.IsAsked)),
            ("sizeof(NONPAGED_MAGAZINE)", sizeof(Magazine)),
            ("offsetof(NONPAGED_MAGAZINE, Floor)", Offset(&magazine, &magazine.Floor)),
            ("offsetof(NONPAGED_MAGAZINE, Ceiling)", Offset(&magazine, &magazine.Ceiling)),
            ("sizeof(NONPAGED_CHUNK)", sizeof(Chunk)),
            ("NONPAGED_SIZE_SHIFT_MASK", Chunk.SizeShiftMask),
            ("NONPAGED_MAGAZINE_MASK", Chunk.MagazineMask),
            ("NONPAGED_STATES_SHIFT", Chunk.StatesShift),
            ("NONPAGED_INLINE_VERSION", InlineThread.Version),
            ("NONPAGED_LONGEST", NonpagedPool.LongestSmallBlock),
            ("1 << NONPAGED_GRANULE_SHIFT", SizeClass.Granule),
            ("NONPAGED_CHUNK_SHIFT", Chunk.Shift),
            ("NONPAGED_SLOT", Magazine.Slot),
            ("NONPAGED_FREE", Chunk.Free),
            ("sizeof(PCI_COMMON_CONFIG)", 256),
            ("sizeof(PCI_COMMON_HEADER)", 64),
            ("offsetof(PCI_COMMON_CONFIG, u.type1.BridgeControl)", 62),
            ("offsetof(PCI_COMMON_CONFIG, u.type2.BridgeControl)", 62),
            ("offsetof(NDIS_MINIPORT_INTERRUPT, InterruptObject)", 0),
            ("sizeof(NDIS_TASK_OFFLOAD_HEADER)", 28),
            ("offsetof(NDIS_TASK_OFFLOAD, TaskBuffer)", 20),
            ("sizeof(NDIS_TASK_TCP_IP_CHECKSUM)", 16),
            ("sizeof(NDIS_TASK_TCP_LARGE_SEND)", 16),
            ("sizeof(NDIS_TCP_IP_CHECKSUM_PACKET_INFO)", 4),
            ("sizeof(NDIS_PACKET_8021Q_INFO)", 8),
            // Of these the tests of Nonpaged.Ndis compare the numbers with the C# structures.
            ("sizeof(KEVENT)", 24),
            ("sizeof(KSEMAPHORE)", 32),
            ("sizeof(KMUTEX)", 56),
            ("sizeof(KTIMER)", 64),
            ("sizeof(KDPC)", 64),
            ("sizeof(RTL_QUERY_REGISTRY_TABLE)", 56),
            ("sizeof(OBJECT_ATTRIBUTES)", 48),
            ("sizeof(IO_STATUS_BLOCK)", 16),
            ("sizeof(FILE_STANDARD_INFORMATION)", 24),
            ("sizeof(SLIST_HEADER)", 16),
            ("offsetof(KTIMER, Header.SignalState)", 4),
            ("offsetof(KMUTEX, OwnerThread)", 40),
            ("offsetof(KTIMER, Dpc)", 48),
            ("offsetof(KTIMER, Period)", 56),
            ("offsetof(KDPC, DeferredRoutine)", 24),
            ("offsetof(KDPC, DeferredContext)", 32),
            ("offsetof(RTL_QUERY_REGISTRY_TABLE, EntryContext)", 24),
            ("offsetof(OBJECT_ATTRIBUTES, ObjectName)", 16),
            ("offsetof(WORK_QUEUE_ITEM, WorkerRoutine)", 16),
            ("offsetof(KEY_VALUE_PARTIAL_INFORMATION, Data)", 12),
            ("offsetof(KEY_VALUE_FULL_INFORMATION, Name)", 20),
            ("offsetof(KEY_BASIC_INFORMATION, Name)", 16),
            ("offsetof(KEY_FULL_INFORMATION, Class)", 44),
            ("sizeof(ULONG)", 4),
            ("sizeof(WCHAR)", 2),
            ("sizeof(NDIS30_MINIPORT_CHARACTERISTICS)", 8 + (13 * 8)),
            ("sizeof(NDIS40_MINIPORT_CHARACTERISTICS)", 8 + (16 * 8)),
            ("sizeof(NDIS50_MINIPORT_CHARACTERISTICS)", 8 + (22 * 8)),
            ("sizeof(NDIS51_MINIPORT_CHARACTERISTICS)", 8 + (29 * 8)),
            .. DeviceLayouts.Expected(),
        ];
    }

    [Fact]
    public void Constants_have_the_values_that_the_headers_give_them()
    {
        NDIS_STATUS[] statuses = Enum.GetValues<NDIS_STATUS>();
        string prints = string.Join('\n', statuses.Select(status => $"printf(\"%ld\\n\", (long)(unsigned){status});"));
        Assert.Equal(
            statuses.Select(status => $"{status} = {(uint)status}"),
            statuses.Zip(Print(prints), (status, answer) => $"{status} = {answer}"));
    }

    private static long Offset(void* structure, void* field) => (byte*)field - (byte*)structure;

    private static string[] Print(string statements)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nonpaged-layout-");
        try
        {
            string program = Path.Combine(folder.FullName, "program");
            File.WriteAllText(
                program + ".c", $"#include <stdio.h>\n#include <ndis.h>\nint main(void) {{\n{statements}\nreturn 0; }}\n");
            CommandResult built = Command.Run("cc", ["-fshort-wchar", $"-I{Repository.Headers}", program + ".c", "-o", program]);
            Assert.True(built.ExitCode == 0, built.Error);
            return Command.Run(program, []).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
