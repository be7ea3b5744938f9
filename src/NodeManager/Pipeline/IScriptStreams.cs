namespace NodeManager.Pipeline;

/// <summary>Receives the streams of a script other than its output. Called from any thread.</summary>
internal interface IScriptStreams
{
    void Write(WarningRecord record);

    void Write(VerboseRecord record);

    void Write(InformationRecord record);
}
