using System.Runtime.CompilerServices;

namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>The caller; a call made at too high an IRQL is reported.</summary>
    internal static CallContext Caller(Irql highest, [CallerMemberName] string call = "")
    {
        CallContext context = CallContext.Current;
        if (context.Irql > highest)
        {
            context.Report(
                NdisReportKind.IrqlTooHigh, call, $"The call was made at {context.Irql}; its documents allow {highest} at most.");
        }

        return context;
    }

    /// <summary>A driver that is verified gets nothing of this call, as where there is too little.</summary>
    internal static bool IsShort([CallerMemberName] string call = "") => CallContext.Current.Instance.IsShort(call);

    /// <summary>What a handle stands for; a handle that stands for something else is reported.</summary>
    internal static T? Resolve<T>(NDIS_HANDLE handle, [CallerMemberName] string call = "")
        where T : class
    {
        CallContext context = CallContext.Current;
        T? found = context.Instance.Handles.Get<T>(handle);
        if (found is null)
        {
            context.Report(
                NdisReportKind.BadHandle,
                call,
                $"0x{handle.Value:x} is not the handle that this call takes, or it was closed before.");
        }

        return found;
    }

    /// <summary>The adapter whose function calls; a call from elsewhere is reported.</summary>
    private static Adapter? CallingAdapter(Irql highest, [CallerMemberName] string call = "")
    {
        CallContext context = Caller(highest, call);
        if (context.Adapter is null)
        {
            context.Report(
                NdisReportKind.BrokenRule,
                call,
                "The call was made outside of an adapter's functions, so that it belongs to no adapter.");
        }

        return context.Adapter;
    }

    private static Adapter? AdapterOf(NDIS_HANDLE handle, Irql highest, [CallerMemberName] string call = "")
    {
        Caller(highest, call);
        return Resolve<Adapter>(handle, call);
    }
}
