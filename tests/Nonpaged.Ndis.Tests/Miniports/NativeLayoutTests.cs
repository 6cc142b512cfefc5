using Nonpaged.Interop.Tests;

namespace Nonpaged.Ndis.Tests.Miniports;

/// <summary>
/// Structures that C drivers share with us, against C definitions written from the documents and laid out by the system's
/// compiler (LP64, ULONG of 32 bits).
/// </summary>
public sealed unsafe class NativeLayoutTests
{
    private const string Definitions = """
        #include <stdint.h>
        #include <stddef.h>
        #include <stdio.h>
        typedef void *PVOID; typedef uint8_t UCHAR, BOOLEAN; typedef uint16_t USHORT, WCHAR; typedef int16_t CSHORT;
        typedef uint32_t UINT, ULONG; typedef int32_t LONG; typedef uint64_t ULONGLONG; typedef uintptr_t ULONG_PTR;
        typedef union { struct { ULONG LowPart; LONG HighPart; } u; int64_t QuadPart; } PHYSICAL_ADDRESS;
        typedef struct _MDL { struct _MDL *Next; CSHORT Size; CSHORT MdlFlags; PVOID Process; PVOID MappedSystemVa; PVOID StartVa;
          ULONG ByteCount; ULONG ByteOffset; } NDIS_BUFFER;
        typedef struct { UINT PhysicalCount; UINT TotalLength; NDIS_BUFFER *Head; NDIS_BUFFER *Tail; PVOID Pool; UINT Count;
          ULONG Flags; BOOLEAN ValidCounts; UCHAR NdisPacketFlags; USHORT NdisPacketOobOffset; } NDIS_PACKET_PRIVATE;
        typedef struct { NDIS_PACKET_PRIVATE Private; UCHAR MiniportReserved[2 * sizeof(PVOID)];
          UCHAR WrapperReserved[2 * sizeof(PVOID)]; ULONG_PTR Reserved[2]; UCHAR ProtocolReserved[1]; } NDIS_PACKET;
        typedef struct { ULONGLONG TimeToSend; ULONGLONG TimeReceived; UINT HeaderSize; UINT SizeMediaSpecificInfo;
          PVOID MediaSpecificInformation; int Status; } NDIS_PACKET_OOB_DATA;
        typedef struct { USHORT Length; USHORT MaximumLength; WCHAR *Buffer; } NDIS_STRING;
        typedef struct { int ParameterType; union { ULONG IntegerData; NDIS_STRING StringData; } ParameterData; }
          NDIS_CONFIGURATION_PARAMETER;
        typedef struct { PHYSICAL_ADDRESS PhysicalAddress; UINT Length; } NDIS_PHYSICAL_ADDRESS_UNIT;
        #pragma pack(push, 4)
        typedef struct { UCHAR Type; UCHAR ShareDisposition; USHORT Flags; union {
          struct { PHYSICAL_ADDRESS Start; ULONG Length; } Port; struct { PHYSICAL_ADDRESS Start; ULONG Length; } Memory;
          struct { ULONG Level; ULONG Vector; ULONG_PTR Affinity; } Interrupt; } u; } CM_PARTIAL_RESOURCE_DESCRIPTOR;
        typedef struct { USHORT Version; USHORT Revision; ULONG Count; CM_PARTIAL_RESOURCE_DESCRIPTOR PartialDescriptors[1]; }
          NDIS_RESOURCE_LIST;
        #pragma pack(pop)
        typedef struct { UCHAR MacReserved[4 * sizeof(PVOID)]; int RequestType; union {
          struct { ULONG Oid; PVOID InformationBuffer; UINT InformationBufferLength; UINT BytesWritten; UINT BytesNeeded; } QUERY;
          struct { ULONG Oid; PVOID InformationBuffer; UINT InformationBufferLength; UINT BytesRead; UINT BytesNeeded; } SET;
          } DATA;
          UCHAR NdisReserved[9 * sizeof(PVOID)]; UCHAR ProtocolReserved[2 * sizeof(PVOID)];
          UCHAR MiniportReserved[2 * sizeof(PVOID)]; } NDIS_REQUEST;
        #define S(type) printf("%zu\n", sizeof(type));
        #define O(type, member) printf("%zu\n", offsetof(type, member));
        int main(void) {
        """;

    [Fact]
    public void Structures_have_the_layout_that_c_gives_them()
    {
        NDIS_BUFFER buffer;
        NDIS_PACKET_PRIVATE own;
        NDIS_PACKET packet;
        NDIS_PACKET_OOB_DATA outOfBand;
        NDIS_CONFIGURATION_PARAMETER parameter;
        CM_PARTIAL_RESOURCE_DESCRIPTOR descriptor;
        NDIS_REQUEST request;
        var expected = new List<(string C, long Value)>
        {
            ("S(NDIS_BUFFER)", sizeof(NDIS_BUFFER)),
            ("O(NDIS_BUFFER, MappedSystemVa)", Offset(&buffer, &buffer.MappedSystemVa)),
            ("O(NDIS_BUFFER, ByteOffset)", Offset(&buffer, &buffer.ByteOffset)),
            ("S(NDIS_PACKET_PRIVATE)", sizeof(NDIS_PACKET_PRIVATE)),
            ("O(NDIS_PACKET_PRIVATE, Pool)", Offset(&own, &own.Pool)),
            ("O(NDIS_PACKET_PRIVATE, NdisPacketOobOffset)", Offset(&own, &own.NdisPacketOobOffset)),
            ("S(NDIS_PACKET)", sizeof(NDIS_PACKET)),
            ("O(NDIS_PACKET, MiniportReserved)", Offset(&packet, packet.MiniportReserved)),
            ("O(NDIS_PACKET, ProtocolReserved)", Offset(&packet, packet.ProtocolReserved)),
            ("S(NDIS_PACKET_OOB_DATA)", sizeof(NDIS_PACKET_OOB_DATA)),
            ("O(NDIS_PACKET_OOB_DATA, Status)", Offset(&outOfBand, &outOfBand.Status)),
            ("S(NDIS_STRING)", sizeof(NDIS_STRING)),
            ("S(NDIS_CONFIGURATION_PARAMETER)", sizeof(NDIS_CONFIGURATION_PARAMETER)),
            ("O(NDIS_CONFIGURATION_PARAMETER, ParameterData)", Offset(&parameter, &parameter.IntegerData)),
            ("S(NDIS_PHYSICAL_ADDRESS_UNIT)", sizeof(NDIS_PHYSICAL_ADDRESS_UNIT)),
            ("S(CM_PARTIAL_RESOURCE_DESCRIPTOR)", sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR)),
            ("O(CM_PARTIAL_RESOURCE_DESCRIPTOR, u.Memory.Length)", Offset(&descriptor, &descriptor.MemoryLength)),
            ("O(CM_PARTIAL_RESOURCE_DESCRIPTOR, u.Interrupt.Vector)", Offset(&descriptor, &descriptor.InterruptVector)),
            ("O(CM_PARTIAL_RESOURCE_DESCRIPTOR, u.Interrupt.Affinity)", Offset(&descriptor, &descriptor.InterruptAffinity)),
            ("S(NDIS_RESOURCE_LIST)", sizeof(NDIS_RESOURCE_LIST)),
            ("S(NDIS_RESOURCE_LIST)", NDIS_RESOURCE_LIST.SizeFor(1)),
            ("S(NDIS_REQUEST)", sizeof(NDIS_REQUEST)),
            ("O(NDIS_REQUEST, RequestType)", Offset(&request, &request.RequestType)),
            ("O(NDIS_REQUEST, DATA.QUERY.Oid)", Offset(&request, &request.Oid)),
            ("O(NDIS_REQUEST, DATA.QUERY.InformationBuffer)", Offset(&request, &request.InformationBuffer)),
            ("O(NDIS_REQUEST, DATA.SET.BytesRead)", Offset(&request, &request.BytesWritten)),
            ("O(NDIS_REQUEST, DATA.SET.BytesNeeded)", Offset(&request, &request.BytesNeeded)),
        };
        string[] answers = CCompiler.Run($"{Definitions}{string.Join('\n', expected.Select(one => one.C))}\nreturn 0; }}")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            expected.Select(one => $"{one.C} = {one.Value}"), expected.Zip(answers, (one, answer) => $"{one.C} = {answer}"));
    }

    private static long Offset(void* structure, void* field) => (byte*)field - (byte*)structure;
}
