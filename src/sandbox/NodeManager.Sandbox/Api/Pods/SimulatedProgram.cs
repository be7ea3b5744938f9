namespace NodeManager.Sandbox.Api.Pods;

/// <summary>
/// What a simulated container does that is more than being there: asked at each of its starts. Null: the image and the command are not this program's.
/// </summary>
public delegate SimulatedRun? SimulatedProgram(SimulatedStart start);
