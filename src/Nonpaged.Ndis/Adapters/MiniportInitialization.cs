namespace Nonpaged.Ndis;

/// <summary>A call of MiniportInitialize, and whether it did what it must.</summary>
internal sealed unsafe class MiniportInitialization(Adapter adapter)
{
    private static readonly NDIS_MEDIUM[] s_media = [NDIS_MEDIUM.NdisMedium802_3];

    private Miniport Miniport => adapter.Miniport;

    public NDIS_STATUS Run()
    {
        NDIS_STATUS status = Call(out uint selected);
        string? rule = (status, Miniport.HasAttributes, selected) switch
        {
            (NDIS_STATUS_SUCCESS, false, _) => "MiniportInitialize succeeded without NdisMSetAttributes.",
            (NDIS_STATUS_SUCCESS, _, not 0) => $"MiniportInitialize selected medium {selected}; 1 was offered, of index 0.",
            (NDIS_STATUS_PENDING, _, _) => "MiniportInitialize returned NDIS_STATUS_PENDING, which it may not.",
            _ => null,
        };
        if (rule is null) return status;

        adapter.Report(NdisReportKind.BrokenRule, nameof(Miniport.Functions.InitializeHandler), rule);
        // The driver believes that it runs; only its own halt function knows how to stop the hardware.
        if (status == NDIS_STATUS_SUCCESS && Miniport.HasAttributes) Miniport.Halt();
        return NDIS_STATUS_FAILURE;
    }

    private NDIS_STATUS Call(out uint selectedMedium)
    {
        Miniport.Reset();
        NDIS_HANDLE configuration = adapter.Instance.Handles.Add(new ConfigurationContext(adapter.Parameters));
        uint selected = 0u;
        NDIS_STATUS openError = NDIS_STATUS_SUCCESS;
        W_INITIALIZE_HANDLER initialize = Miniport.Functions.InitializeHandler!;
        NDIS_STATUS status = Miniport.Call(
            nameof(Miniport.Functions.InitializeHandler), Irql.PASSIVE_LEVEL, NDIS_STATUS_FAILURE, () =>
        {
            fixed (NDIS_MEDIUM* media = s_media)
                return initialize(out openError, out selected, media, (uint)s_media.Length, adapter.Handle, configuration);
        });
        adapter.Instance.Handles.Remove(configuration);
        selectedMedium = selected;
        return status;
    }
}
