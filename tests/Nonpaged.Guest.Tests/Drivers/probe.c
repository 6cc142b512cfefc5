/*
 * A miniport for Intel's 8254x and 82574 that is for one look at the device and never runs: its initialization fails after that. What it does is chosen by a macro:
 *
 *   STRAY        has the device fetch a descriptor from an address that nobody mapped for it
 *   INTERRUPT    has the device interrupt a few times, by its register for that (ICS), and counts
 *
 * Registers: "PCI/PCI-X Family of Gigabit Ethernet Controllers Software Developer's Manual", section 13.4; "82574 GbE Controller Family Data Sheet", section 10.2.
 */
#include <ndis.h>

enum {
    ICR = 0x00c0,
    ICS = 0x00c8,
    IMS = 0x00d0,
    IMC = 0x00d8,
    IVAR = 0x00e4,
    TCTL = 0x0400,
    TDBAL = 0x3800,
    TDBAH = 0x3804,
    TDLEN = 0x3808,
    TDH = 0x3810,
    TDT = 0x3818,

    TCTL_EN = 0x2,
    ICR_LSC = 0x4,
    ICR_OTHER = 0x1000000,
    /* The cause "other" goes to vector 0 (82574, 10.2.4.9). */
    IVAR_OTHER = 0x80000,

    RING = 128,
    TIMES = 5
};

static PUCHAR Registers;
static volatile LONG Interrupts;

static ULONG Read(ULONG Register)
{
    ULONG value;

    NdisReadRegisterUlong((PULONG)(Registers + Register), &value);
    return value;
}

#define WRITE(reg, value) NdisWriteRegisterUlong((PULONG)(Registers + (reg)), (value))

static NDIS_STATUS Map(NDIS_HANDLE Handle, NDIS_HANDLE Configuration, PULONG Length, PULONG Vector)
{
    union {
        NDIS_RESOURCE_LIST List;
        UCHAR Room[512];
    } resources;
    NDIS_PHYSICAL_ADDRESS start = NDIS_PHYSICAL_ADDRESS_CONST(0, 0);
    UINT size = sizeof resources, index;
    NDIS_STATUS status;

    NdisMQueryAdapterResources(&status, Configuration, &resources.List, &size);
    if (status != NDIS_STATUS_SUCCESS) return status;
    for (index = 0; index < resources.List.Count; index++) {
        PCM_PARTIAL_RESOURCE_DESCRIPTOR resource = &resources.List.PartialDescriptors[index];
        if (resource->Type == CmResourceTypeMemory && *Length == 0) {
            start = resource->u.Memory.Start;
            *Length = resource->u.Memory.Length;
        } else if (resource->Type == CmResourceTypeInterrupt) {
            *Vector = resource->u.Interrupt.Vector;
        }
    }
    return NdisMMapIoSpace((PVOID *)&Registers, Handle, start, *Length);
}

#if defined(STRAY)
static VOID Look(NDIS_HANDLE Handle, ULONG Vector)
{
    UNREFERENCED_PARAMETER(Handle), UNREFERENCED_PARAMETER(Vector);
    WRITE(TDBAL, STRAY);
    WRITE(TDBAH, 0);
    WRITE(TDLEN, RING);
    WRITE(TDH, 0);
    WRITE(TCTL, TCTL_EN);
    WRITE(TDT, 1);
    /* The kernel's log tells of the fault a moment later. */
    NdisMSleep(300000);
    WRITE(TCTL, 0);
}

#else
static VOID Look(NDIS_HANDLE Handle, ULONG Vector)
{
    static NDIS_MINIPORT_INTERRUPT interrupt;
    LONG sent;

    if (NdisMRegisterInterrupt(&interrupt, Handle, Vector, Vector, TRUE, TRUE, NdisInterruptLevelSensitive) != NDIS_STATUS_SUCCESS) return;
    WRITE(IVAR, IVAR_OTHER);
    Read(ICR);
    WRITE(IMS, ICR_LSC | ICR_OTHER);
    for (sent = 1; sent <= TIMES; sent++) {
        ULONG waited;
        WRITE(ICS, ICR_LSC | ICR_OTHER);
        for (waited = 0; Interrupts < sent && waited < 1000; waited++) NdisMSleep(1000);
    }
    /* Where the device holds its line no longer there are no more than were asked for. */
    NdisMSleep(50000);
    WRITE(IMC, 0xffffffff);
    DbgPrint("interrupts: %d\n", (int)Interrupts);
    NdisMDeregisterInterrupt(&interrupt);
}
#endif

static NDIS_STATUS Initialize(PNDIS_STATUS Error, PUINT Selected, PNDIS_MEDIUM Media, UINT Count, NDIS_HANDLE Handle, NDIS_HANDLE Configuration)
{
    static int context;
    ULONG length = 0, vector = 0;
    NDIS_STATUS status;

    UNREFERENCED_PARAMETER(Error), UNREFERENCED_PARAMETER(Media), UNREFERENCED_PARAMETER(Count);
    *Selected = 0;
    NdisMSetAttributesEx(Handle, &context, 0, NDIS_ATTRIBUTE_BUS_MASTER, NdisInterfacePci);
    status = Map(Handle, Configuration, &length, &vector);
    if (status != NDIS_STATUS_SUCCESS) return status;
    WRITE(IMC, 0xffffffff);
    Look(Handle, vector);
    NdisMUnmapIoSpace(Handle, Registers, length);
    return NDIS_STATUS_HARD_ERRORS;
}

static VOID Isr(PBOOLEAN Recognized, PBOOLEAN Queue, NDIS_HANDLE Context)
{
    /* Reading the causes takes them back, but not where messages of MSI-X tell them: writing them does (82574, 10.2.4.1). */
    ULONG causes = Read(ICR);

    UNREFERENCED_PARAMETER(Context);
    WRITE(ICR, causes);
    *Recognized = (BOOLEAN)(causes != 0);
    *Queue = FALSE;
    if (causes != 0) Interrupts++;
}

static VOID HandleInterrupt(NDIS_HANDLE Context) { UNREFERENCED_PARAMETER(Context); }
static VOID Halt(NDIS_HANDLE Context) { UNREFERENCED_PARAMETER(Context); }

static NDIS_STATUS Reset(PBOOLEAN AddressingReset, NDIS_HANDLE Context)
{
    UNREFERENCED_PARAMETER(Context);
    *AddressingReset = FALSE;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS Send(NDIS_HANDLE Context, PNDIS_PACKET Packet, UINT Flags)
{
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Packet), UNREFERENCED_PARAMETER(Flags);
    return NDIS_STATUS_FAILURE;
}

static NDIS_STATUS Ask(NDIS_HANDLE Context, NDIS_OID Oid, PVOID Buffer, ULONG Length, PULONG Done, PULONG Needed)
{
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Oid), UNREFERENCED_PARAMETER(Buffer), UNREFERENCED_PARAMETER(Length);
    *Done = *Needed = 0;
    return NDIS_STATUS_INVALID_OID;
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NDIS_MINIPORT_CHARACTERISTICS characteristics;
    NDIS_HANDLE wrapper;

    NdisZeroMemory(&characteristics, sizeof characteristics);
    characteristics.MajorNdisVersion = NDIS_MINIPORT_MAJOR_VERSION;
    characteristics.MinorNdisVersion = NDIS_MINIPORT_MINOR_VERSION;
    characteristics.InitializeHandler = Initialize;
    characteristics.HaltHandler = Halt;
    characteristics.ResetHandler = Reset;
    characteristics.ISRHandler = Isr;
    characteristics.HandleInterruptHandler = HandleInterrupt;
    characteristics.SendHandler = Send;
    characteristics.QueryInformationHandler = Ask;
    characteristics.SetInformationHandler = Ask;
    NdisMInitializeWrapper(&wrapper, DriverObject, RegistryPath, NULL);
    return NdisMRegisterMiniport(wrapper, &characteristics, sizeof characteristics);
}
