using Microsoft.Extensions.Logging;
using NodeManager.Core.Machines;

namespace NodeManager.Providers.Http;

/// <summary>Wraps calls to providers: failures become results without credentials.</summary>
internal static partial class ProviderCall
{
    public static async Task<MachineResult> RunAsync(MachineProviderSettings settings, string call, Func<Task<MachineResult>> work)
    {
        try
        {
            MachineResult result = await work();
            return result.Reason.Length == 0 ? result : result with { Reason = settings.Redact(result.Reason) };
        }
        catch (ProviderException e)
        {
            string reason = settings.Redact(e.Message);
            LogFailed(settings.Logger, settings.Name, call, reason);
            return MachineResult.Ended(e.Outcome, reason) with { RetryAfter = e.RetryAfter };
        }
    }

    public static async Task<MachineListResult> ListAsync(MachineProviderSettings settings, Func<Task<IReadOnlyList<Machine>>> work)
    {
        try
        {
            return MachineListResult.Success(await work());
        }
        catch (ProviderException e)
        {
            string reason = settings.Redact(e.Message);
            LogFailed(settings.Logger, settings.Name, "List", reason);
            return MachineListResult.Ended(e.Outcome, reason);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Provider {Provider}: {Call} ended early: {Reason}")]
    private static partial void LogFailed(ILogger logger, string provider, string call, string reason);
}
