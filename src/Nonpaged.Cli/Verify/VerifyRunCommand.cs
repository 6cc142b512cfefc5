using System.CommandLine;
using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;
using Nonpaged.Machines;
using Nonpaged.Ndis;
using Nonpaged.Verify;

namespace Nonpaged.Cli;

/// <summary>
/// <c>nonpaged verify-run</c>, which <c>verify</c> starts: one run, in a process that the driver may take with it. Hidden from
/// users.
/// </summary>
internal static class VerifyRunCommand
{
    public const string Name = "verify-run";

    /// <summary>The descriptor that lines are written to (<see cref="VerifyEvent"/>).</summary>
    public const int EventsDescriptor = 5;

    public static Command Create(Screen screen, DriverHost host)
    {
        var options = new VerifyOptions();
        Option<string?> run = Options.Text("--plan", "JSON", "The run.");
        var command = new Command(Name, "One run of verify.") { Hidden = true };
        command.Arguments.Add(options.DriverFile);
        foreach (Option option in options.Subject) command.Options.Add(option);
        command.Options.Add(run);
        command.SetAction(parsed =>
        {
            // The process that runs C drivers watches from its start.
            if (!host.IsThisProcess) LifelineWatch.Start();
            using var events = new SafeFileHandle(EventsDescriptor, ownsHandle: false);
            var writer = new Writer(events);
            try
            {
                RunRequest request = options.ReadSubject(parsed);
                VerifyRun wanted = VerifyEventJson.ReadRun(parsed.GetValue(run) ?? "")!;
                writer.Write(new VerifyEvent { Outcome = VerifyRunner.Run(Subject(request, host), wanted, writer) });
            }
            catch (Exception exception)
            {
                writer.Write(new VerifyEvent { Failure = FailureDocument.From(FailureOf(exception)) });
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static AllocationFailure FailureOf(Exception exception) => exception switch
    {
        CommandException command => command.Failure,
        MachineException machine => new AllocationFailure(FailureKind.Other, machine.Message, "the machine", machine.Remedy),
        AdapterException adapter =>
            new AllocationFailure(FailureKind.Other, adapter.Message, "the drivers that are verified", "nonpaged run"),
        _ => new AllocationFailure(
            FailureKind.Other, $"{exception.GetType().Name}: {exception.Message}", "unknown: this is a fault of verify",
                "report it"),
    };

    private static VerifySubject Subject(RunRequest request, DriverHost host)
    {
        string? lowest = request.Over.Count > 0 ? request.Over[^1] : request.DriverFile;
        bool isC = lowest is not null && (request.Over.Count == 0 || !StackOptions.IsOwn(lowest));
        MiniportDriver? loaded = isC ? host.Loader.Load(lowest!) : null;
        var subject = new VerifySubject
        {
            Driver = device => loaded ?? MiniportChoice.Match(request with { Driver = lowest ?? request.Driver }, device),
            Nic = request.IsVirtual ? null : request.Nic,
            NicProperties = request.NicProperties,
            Settings = request.Settings.Of,
            Ram = request.Ram,
        };
        if (request.DriverFile is null) return subject;
        subject = subject with { CallStack = host.Loader.Stack, PlaceOf = host.Loader.PlaceOf };
        return request.Over.Count == 0 ? subject
            : subject with { Stack = instance => new DriverStack(request, host, instance) };
    }

    private sealed class Writer(SafeFileHandle events) : IVerifyWatch
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private readonly Lock _writing = new();

        public void Found(VerifyFinding finding) => Write(new VerifyEvent { Finding = finding });

        public void Step(string what) => Write(new VerifyEvent { Step = what });

        public void Block(NdisAllocation allocation, IReadOnlyList<CodePlace>? freed) => Write(new VerifyEvent
        {
            Block = new VerifyEventBlock(
                allocation.VirtualAddress, allocation.Length, allocation.Call, allocation.Driver.Name, freed ?? allocation.Stack,
                freed is not null),
        });

        public void Write(VerifyEvent one)
        {
            byte[] line =
                [.. VerifyEventJson.Write(one with { At = Stopwatch.GetElapsedTime(_start).TotalSeconds }), (byte)'\n'];
            lock (_writing)
            {
                for (int written = 0; written < line.Length;)
                {
                    SysResult result = LibC.Write(events, line.AsSpan(written));
                    if (result.Errno == Errno.EINTR) continue;
                    if (result.IsError) return;
                    written += (int)result.Value;
                }
            }
        }
    }
}
