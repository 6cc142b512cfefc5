using Nonpaged.Ndis;
using Nonpaged.Protocols;

namespace Nonpaged.Cli;

/// <summary>A driver without a card is asked for its OIDs, and given frames that it may loop back (--nic none).</summary>
internal sealed class SurveyRun(RunSteps steps, Screen screen, RunPrinter printer, RunRequest request, Interruption interruption)
    : IAdapterRun
{
    private SurveyDocument? _survey;

    public async Task RunAsync(RunMachine machine, NdisInstance instance, MiniportDriver driver)
    {
        using var survey = AdapterSurvey.Register(instance);
        (Adapter adapter, TimeSpan time) = await steps.StartAsync(
            $"starting the driver {driver.Name}", instance, driver, machine.Nic);
        try
        {
            printer.ShowDriver(adapter, time, request);
            survey.Open(adapter);
            printer.ShowAllocations(instance.Allocations);
            IReadOnlyList<OidAnswer> answers = await steps.StageAsync("asking the driver for its OIDs", survey.Ask);
            try
            {
                await Waiting.WhileAsync(screen, $"sending {request.Count} frames", _ =>
                    Task.Run(() => SendAll(survey)));
            }
            finally
            {
                _survey = new SurveyDocument(
                    [.. answers.Select(OidDocument.From)], survey.FramesSent, survey.FramesFailed, survey.FramesReturned);
                printer.ShowSurvey(_survey);
                steps.ShowMap(instance.Pool);
            }

            using var ended = CancellationTokenSource.CreateLinkedTokenSource(interruption.Token);
            await steps.HoldAsync(adapter, ended.Token);
            if (steps.WasTakenAway(machine.Machine, adapter)) throw RunSteps.TakenAway(machine.Machine);
        }
        catch (TimeoutException exception)
        {
            throw new CommandException(exception.Message, "the time that is given for an answer",
                "nonpaged run ./driver.so --nic none --trace", FailureKind.Other);
        }
        finally
        {
            survey.Dispose();
            await steps.HaltAsync(adapter);
        }
    }

    public RunDocument AddTo(RunDocument document) => document with { Survey = _survey };

    private bool SendAll(AdapterSurvey survey)
    {
        survey.Send(request.Count);
        return true;
    }
}
