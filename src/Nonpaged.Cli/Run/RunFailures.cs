using Nonpaged.Machines;
using Nonpaged.Ndis;
using Nonpaged.Protocols;

namespace Nonpaged.Cli;

/// <summary>Why a run failed, in the words of a failure.</summary>
internal sealed class RunFailures(RunRequest request, Interruption interruption)
{
    private ulong MoreRam => Math.Max(new RunRequest().Ram, request.Ram > ulong.MaxValue / 2 ? request.Ram : 2 * request.Ram);

    /// <summary>The failure that an exception stands for; null for a defect of this program, which is not caught.</summary>
    /// <param name="exception">What ended the run.</param>
    /// <param name="document">What was done until then.</param>
    public AllocationFailure? Explain(Exception exception, RunDocument document) => exception switch
    {
        CommandException command => command.Failure,
        MachineException machine => new AllocationFailure(
            FailureKind.Other,
            machine.Reason,
            request.Machine == MachineKind.Qemu ? "a machine of QEMU's device models" : "a card of this machine",
            machine.Remedy),
        AdapterException adapter => NotStarted(adapter, document),
        AllocationException allocation => allocation.Failure,
        TapException tap => new AllocationFailure(FailureKind.Other, tap.Reason, tap.Limit, tap.Remedy),
        // Its message goes on to name the parameter, which is ours and tells a user nothing.
        ArgumentException argument => new AllocationFailure(
            FailureKind.Other,
            argument.Message.Split(" (Parameter")[0],
            "what QEMU takes as an option",
            request.NicProperties.Count > 0 ? $"qemu-system-x86_64 -device {request.Nic},help" : "nonpaged run --help"),
        OperationCanceledException when interruption.Happened => new AllocationFailure(
            FailureKind.Other,
            $"Interrupted by {interruption.Name} before it was done.",
            "the time until then",
            "let it run to its end"),
        _ => null,
    };

    // The log has told all reasons; the last memory that the driver tried to do with is the one that decided.
    private AllocationFailure NotStarted(AdapterException exception, RunDocument document)
    {
        string what = $"{document.Driver} did not start: {exception.Status.Describe()}.";
        AllocationDocument? refused = document.Allocations.LastOrDefault(allocation => allocation.Failure is not null);
        return refused is null
            ? new AllocationFailure(
                FailureKind.Other, exception.Message, exception.Status.Describe(),
                $"see what the driver logged, and whether {document.Nic} is a card that it is for")
            : new AllocationFailure(
                FailureKind.Other, $"{what} {refused.Failure!.Reason}", refused.Failure.Limit, Remedy(refused.Failure, document));
    }

    // A machine's RAM is what it is told to be; of all other memory the failure itself knows more.
    private string Remedy(FailureDocument failure, RunDocument document)
    {
        if (request.Machine != MachineKind.Qemu || request.Noncached != Caching.Coherent) return failure.Remedy;
        string driver = request.DriverFile ?? $"--driver {document.Driver}";
        return $"nonpaged run {driver} --nic {document.Nic} --ram {MoreRam >> 20}M";
    }
}
