using NodeManager.Core.Progress;
using NodeManager.Monitoring.Alerts.Delivery;
using NodeManager.Pipeline;

namespace NodeManager.Jobs;

/// <summary>A script block as a sink: receives each transition as <c>$_</c> in its own runspace. An error is a failed delivery.</summary>
internal sealed class ScriptSinkDefinition(IsolatedScript script) : AlertSinkDefinition
{
    public override string Type => NodeAlertSinkType.ScriptBlock;

    public override IAlertSink Create(string name, AlertSinkContext context) => new Sink(name, script, context.Observer);

    private sealed class Sink(string name, IsolatedScript script, IOperationObserver observer) : IAlertSink, IScriptStreams
    {
        public string Name => name;

        public TimeSpan Timeout => TimeSpan.FromMinutes(5);

        public async Task DeliverAsync(NodeAlert alert, CancellationToken cancellationToken)
        {
            try
            {
                await script.RunAsync(alert, this, cancellationToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                throw new AlertDeliveryException($"the script block failed: {failure.Message}", failure);
            }
        }

        void IScriptStreams.Write(WarningRecord record) => observer.Warning(record.Message);

        void IScriptStreams.Write(VerboseRecord record) => observer.Verbose(record.Message);

        void IScriptStreams.Write(InformationRecord record) => observer.Verbose(record.ToString());
    }
}
