using System.Collections.Concurrent;

namespace Nonpaged.Ndis.Tests.Miniports;

/// <summary>
/// The smallest miniport. It notes each call with its IRQL, watches that no two overlap, and lets a test replace what any of its
/// functions does.
/// </summary>
internal sealed unsafe class TinyMiniport
{
    public static readonly byte[] Address = [0x02, 0, 0, 0, 0, 1];

    private int _inside;

    public TinyMiniport()
    {
        Driver = new MiniportDriver("tiny", Entry, [new PciId(0x1234, 0x5678)]);
        Characteristics = new NDIS_MINIPORT_CHARACTERISTICS
        {
            MajorNdisVersion = 5,
            InitializeHandler = Initialize,
            HaltHandler = context => Note(nameof(Halt), () => Halt()),
            ISRHandler = (out bool recognized, out bool queue, void* context) =>
            {
                (bool, bool) answer = (false, false);
                Note(nameof(Isr), () => answer = Isr());
                (recognized, queue) = answer;
            },
            HandleInterruptHandler = context => Note(nameof(HandleInterrupt), () => HandleInterrupt()),
            EnableInterruptHandler = context => Note("EnableInterrupt", () => { }),
            DisableInterruptHandler = context => Note("DisableInterrupt", () => { }),
            SendHandler = (void* context, NDIS_PACKET* packet, uint flags) =>
            {
                NDIS_STATUS status = NDIS_STATUS_FAILURE;
                Note(nameof(Send), () => status = Send((nint)packet));
                return status;
            },
            QueryInformationHandler = Query,
            SetInformationHandler = Set,
            ResetHandler = (out bool addressing, void* context) =>
            {
                NDIS_STATUS status = NDIS_STATUS_SUCCESS;
                Note("Reset", () => status = Reset());
                addressing = true;
                return status;
            },
        };
    }

    public MiniportDriver Driver { get; }

    public NDIS_MINIPORT_CHARACTERISTICS Characteristics { get; }

    public ConcurrentQueue<string> Calls { get; } = new();

    public int Overlaps { get; private set; }

    public NDIS_HANDLE Handle { get; private set; }

    public bool RequestIsr { get; set; } = true;

    public NDIS_STATUS EntryStatus { get; private set; }

    public Func<NDIS_HANDLE, NDIS_HANDLE, NDIS_STATUS>? InInitialize { get; set; }

    public Action Halt { get; set; } = () => { };

    public Func<(bool, bool)> Isr { get; set; } = () => (true, true);

    public Action HandleInterrupt { get; set; } = () => { };

    public Func<nint, NDIS_STATUS> Send { get; set; } = _ => NDIS_STATUS_SUCCESS;

    public Func<NDIS_STATUS> Reset { get; set; } = () => NDIS_STATUS_SUCCESS;

    public uint Filter { get; private set; }

    /// <summary>What it claims in the default initialization, and gives back in the default halt.</summary>
    public void* Context { get; private set; }

    private NDIS_STATUS Entry(void* driverObject, void* path)
    {
        Calls.Enqueue("Entry");
        NdisMInitializeWrapper(out NDIS_HANDLE wrapper, driverObject, path, null);
        return EntryStatus = NdisMRegisterMiniport(wrapper, Characteristics, 0);
    }

    private NDIS_STATUS Initialize(
        out NDIS_STATUS openError,
        out uint selected,
        NDIS_MEDIUM* media,
        uint count,
        NDIS_HANDLE adapter,
        NDIS_HANDLE configuration)
    {
        openError = NDIS_STATUS_SUCCESS;
        selected = 0;
        Handle = adapter;
        NDIS_STATUS status = NDIS_STATUS_SUCCESS;
        Note(
            nameof(Initialize),
            () => status = InInitialize is { } initialize ? initialize(adapter, configuration) : Claim(adapter));
        return status;
    }

    public NDIS_STATUS Claim(NDIS_HANDLE adapter)
    {
        NdisAllocateMemory(out void* context, 4096, 0, NDIS_PHYSICAL_ADDRESS.None);
        NdisZeroMemory(context, 4096);
        Context = context;
        NdisMSetAttributesEx(adapter, context, 1, NDIS_ATTRIBUTE_BUS_MASTER, NDIS_INTERFACE_TYPE.NdisInterfacePci);
        return NdisMRegisterInterrupt(
            (NDIS_MINIPORT_INTERRUPT*)context,
            adapter,
            FakeDevice.Vector,
            FakeDevice.Vector,
            RequestIsr,
            false,
            NDIS_INTERRUPT_MODE.NdisInterruptLevelSensitive);
    }

    public void Release()
    {
        NdisMDeregisterInterrupt((NDIS_MINIPORT_INTERRUPT*)Context);
        NdisFreeMemory(Context, 4096, 0);
    }

    private NDIS_STATUS Query(void* context, uint oid, void* buffer, uint length, out uint written, out uint needed)
    {
        written = needed = 0;
        if (oid != OID_802_3_CURRENT_ADDRESS) return NDIS_STATUS_INVALID_OID;
        needed = 6;
        if (length < 6) return NDIS_STATUS_BUFFER_TOO_SHORT;
        Address.CopyTo(new Span<byte>(buffer, 6));
        written = 6;
        return NDIS_STATUS_SUCCESS;
    }

    private NDIS_STATUS Set(void* context, uint oid, void* buffer, uint length, out uint read, out uint needed)
    {
        read = length;
        needed = 0;
        if (oid == OID_GEN_CURRENT_PACKET_FILTER) Filter = *(uint*)buffer;
        return NDIS_STATUS_SUCCESS;
    }

    private void Note(string call, Action work)
    {
        if (Interlocked.Exchange(ref _inside, 1) != 0) Overlaps++;
        try
        {
            Calls.Enqueue($"{call}@{CallContext.Current.Irql}");
            work();
        }
        finally
        {
            Interlocked.Exchange(ref _inside, 0);
        }
    }
}
