using System.Diagnostics;
using Nonpaged.Ndis;
using Nonpaged.Protocols;

namespace Nonpaged.Cli;

internal sealed partial class RunSession
{
    /// <summary>A driver without a card: it is asked for its OIDs, and given frames that it may loop back.</summary>
    private async Task SurveyAsync(RunMachine machine, NdisInstance instance, MiniportDriver driver)
    {
        using AdapterSurvey survey = AdapterSurvey.Register(instance);
        long start = Stopwatch.GetTimestamp();
        Adapter adapter = await StageAsync($"starting the driver {driver.Name}", () =>
            StartAdapter(instance, driver, machine.Nic));
        try
        {
            printer.ShowDriver(adapter, Stopwatch.GetElapsedTime(start), request);
            survey.Open(adapter);
            printer.ShowAllocations(instance.Allocations);
            IReadOnlyList<OidAnswer> answers = await StageAsync("asking the driver for its OIDs", survey.Ask);
            try
            {
                await Waiting.WhileAsync(screen, $"sending {request.Count} frames", _ =>
                    Task.Run(() => SendAll(survey)));
            }
            finally
            {
                _document = _document with
                {
                    Survey = new SurveyDocument([.. answers.Select(OidDocument.From)], survey.FramesSent,
                        survey.FramesFailed, survey.FramesReturned),
                };
                printer.ShowSurvey(_document.Survey);
                ShowMap(instance.Pool);
            }

            using var ended = CancellationTokenSource.CreateLinkedTokenSource(interruption.Token);
            await HoldAsync(adapter, ended.Token);
            if (WasTakenAway(machine.Machine, adapter)) throw TakenAway(machine.Machine);
        }
        catch (TimeoutException exception)
        {
            throw new CommandException(exception.Message, "the time that is given for an answer",
                "nonpaged run ./driver.so --nic none --trace", FailureKind.Other);
        }
        finally
        {
            survey.Dispose();
            await HaltAsync(adapter);
        }
    }

    private bool SendAll(AdapterSurvey survey)
    {
        survey.Send(request.Count);
        return true;
    }
}
