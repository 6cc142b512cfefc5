using Nonpaged.Ndis;
using Nonpaged.Verify;

namespace Nonpaged.Cli;

/// <summary>The drivers of a run, one over the other.</summary>
internal sealed class DriverStack(RunRequest request, DriverHost host, NdisInstance instance) : IVerifyStack
{
    // From the bottom up; without the lowest, which drives the card.
    private readonly List<LoadedDriver> _loaded = [];

    /// <summary>What a run is for, which the highest driver says.</summary>
    /// <exception cref="CommandException">A driver cannot be where it is in the stack.</exception>
    public static DriverShape Look(RunRequest request, DriverHost host)
    {
        if (request.DriverFile is not { } file) return DriverShape.Miniport;
        DriverShape top = host.Loader.Look(file);
        if (request.Over.Count == 0)
        {
            return top == DriverShape.Miniport ? top : throw new CommandException(
                $"{file} lies over adapters, and is given none.", "what --over names", $"nonpaged run {file} --over e1000");
        }

        foreach ((string driver, int index) in request.Over.Prepend(file).Select((driver, index) => (driver, index)))
        {
            bool isLowest = index == request.Over.Count;
            if (isLowest && StackOptions.IsOwn(driver)) continue;
            DriverShape shape = host.Loader.Look(driver);
            if (isLowest && shape != DriverShape.Miniport)
                throw new CommandException($"--over {driver} is the lowest of the stack, and lies over adapters itself.",
                    "a miniport, which drives a card", $"nonpaged run {file} --over {driver} --over e1000");
            if (!isLowest && shape == DriverShape.Miniport)
                throw new CommandException($"{driver} drives a card, and lies over nothing.",
                    "a protocol or an intermediate driver above --over", $"nonpaged run {driver} --nic MODEL");
            if (!isLowest && index > 0 && shape != DriverShape.Intermediate)
                throw new CommandException($"--over {driver} is a protocol, and makes no adapter to lie over.",
                    "an intermediate driver in the middle of a stack", $"nonpaged run {driver} --over {request.Over[index]}");
        }

        return top;
    }

    /// <summary>Puts the drivers over an adapter that runs. Returns the highest adapter that there is then.</summary>
    /// <exception cref="AdapterException">A driver did not start. What was put over the adapter is taken away again.</exception>
    public Adapter Build(Adapter lowest)
    {
        if (request.Over.Count == 0) return lowest;
        try
        {
            if (_loaded.Count == 0) Load(lowest.Driver);
            return Top(lowest);
        }
        catch
        {
            End(lowest);
            throw;
        }
    }

    Adapter IVerifyStack.Build(Adapter lowest)
    {
        try
        {
            return Build(lowest);
        }
        catch (CommandException refused)
        {
            throw new AdapterException(refused.Failure.Reason, NDIS_STATUS.NDIS_STATUS_FAILURE, []);
        }
    }

    /// <summary>Suspends all adapters, and wakes them.</summary>
    /// <exception cref="CommandException">A driver refused.</exception>
    public void Sleep()
    {
        Adapter[] adapters = [.. instance.Adapters];
        foreach (Adapter adapter in adapters.Reverse()) Check("suspend", adapter, adapter.Suspend());
        foreach (Adapter adapter in adapters) Check("resume", adapter, adapter.Resume());
    }

    /// <summary>Ends the drivers in the order that was asked for, and the adapter below an adapter of theirs.</summary>
    public void End(Adapter top)
    {
        Adapter lowest = top;
        while (lowest.Below is { } below) lowest = below;
        IEnumerable<string> order = request.EndOrder.Concat(_loaded.Select(one => one.Driver.Name).Reverse())
            .Append(lowest.Driver.Name)
            .Distinct()
            .ToArray();
        foreach (string name in order)
        {
            if (_loaded.Find(one => one.Driver.Name == name) is { } loaded) loaded.Dispose();
            else lowest.Halt();
        }
    }

    /// <summary>Who is bound to whom, from the top down.</summary>
    public IReadOnlyList<StackDocument> Describe() => request.Over.Count == 0 ? [] :
    [
        .. Enumerable.Reverse(_loaded).Select(one => new StackDocument(
            one.Driver.Name, one.IsIntermediate ? "intermediate" : "protocol", Names(one.Adapters), Names(one.Opened))),
        .. instance.Adapters.Where(one => one.Below is null).GroupBy(one => one.Driver.Name).Select(driver => new StackDocument(
            driver.Key, "miniport", Names(driver), [.. driver.Select(one => one.Device.Place)])),
    ];

    private void Load(Driver below)
    {
        foreach (string file in request.Over.SkipLast(1).Reverse().Append(request.DriverFile!))
        {
            MiniportDriver driver = host.Loader.Load(file);
            LoadedDriver loaded = instance.LoadDriver(driver, below, request.Settings.Of(driver.Name));
            _loaded.Add(loaded);
            below = loaded.Driver;
        }
    }

    private Adapter Top(Adapter lowest)
    {
        Adapter top = lowest;
        foreach (LoadedDriver driver in _loaded)
        {
            // A protocol that programs use may open it when one of them asks.
            bool mayWait = request.Access is not null && !driver.IsIntermediate;
            if (!mayWait && !driver.Opened.Contains(top))
                throw NotOver(driver, top, "has not opened it", "ProtocolBindAdapter calls NdisOpenAdapter");
            if (!driver.IsIntermediate) continue;
            top = driver.Adapters.FirstOrDefault(one => one.Below == top)
                ?? throw NotOver(driver, top, "has made no adapter of it",
                    "NdisIMInitializeDeviceInstanceEx is called in ProtocolBindAdapter, and MiniportInitialize succeeds");
        }

        return top;
    }

    private static CommandException NotOver(LoadedDriver driver, Adapter adapter, string what, string limit) =>
        new($"{driver.Driver.Name} was offered {adapter.Name}, and {what}.", limit,
            "see what the driver logged; --trace shows its calls", FailureKind.Other);

    private static void Check(string what, Adapter adapter, NDIS_STATUS status)
    {
        if (status == NDIS_STATUS.NDIS_STATUS_SUCCESS) return;
        throw new CommandException(
            $"{adapter.Name} did not {what}: {status.Describe()}.",
            "ProtocolPnPEvent and OID_PNP_QUERY_POWER, which may refuse", "--trace shows who did", FailureKind.Other);
    }

    private static string[] Names(IEnumerable<Adapter> adapters) => [.. adapters.Select(one => one.Name)];
}
