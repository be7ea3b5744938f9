using NodeManager.Server.Access;

namespace NodeManager.Server.Agents;

/// <summary>Structured audit lines of agents, and of people who decide about their plans.</summary>
internal sealed partial class AgentAudit(AuditLog audit, ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger(AuditLog.Category);

    /// <summary>A call that requests, makes or decides a change.</summary>
    public void Changed(string who, string what, string target, string result) => audit.Acted(who, what, target, result);

    /// <summary>A read-only call.</summary>
    public void Read(string who, string what, string result) =>
        LogRead(_logger, DisplayText.Escape(who), DisplayText.Escape(what), DisplayText.Escape(result));

    [LoggerMessage(Level = LogLevel.Debug, Message = "audit who={Who} what={What} result={Result}")]
    private static partial void LogRead(ILogger logger, string who, string what, string result);
}
