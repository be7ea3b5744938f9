using NodeManager.Server.Access;

namespace NodeManager.Server.Agents;

/// <summary>Who did what, and what came of it: a structured line each, for agents as for the people who decide about their plans.</summary>
internal sealed partial class AgentAudit(AuditLog audit, ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger(AuditLog.Category);

    /// <summary>A call that changes something, asks for it, or decides about it.</summary>
    public void Changed(string who, string what, string target, string result) => audit.Acted(who, what, target, result);

    /// <summary>A call that only reads.</summary>
    public void Read(string who, string what, string result) =>
        LogRead(_logger, DisplayText.Escape(who), DisplayText.Escape(what), DisplayText.Escape(result));

    [LoggerMessage(Level = LogLevel.Debug, Message = "audit who={Who} what={What} result={Result}")]
    private static partial void LogRead(ILogger logger, string who, string what, string result);
}
