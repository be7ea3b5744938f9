namespace NodeManager.Sandbox.Kinds.Schema;

/// <summary>A field of one of the API's types.</summary>
/// <param name="Number">In the protocol buffer form.</param>
/// <param name="Name">In the JSON form.</param>
/// <param name="Type">A scalar, one of the API's own forms (<c>time</c>, <c>quantity</c>, …) or the name of a type.</param>
/// <param name="Shape">One, several, or a map from text.</param>
/// <param name="IsInline">True where the JSON form has the type's fields themselves in the place of this one.</param>
/// <param name="IsOptional">True where zero and empty text are values, unlike nothing.</param>
internal sealed record SchemaField(int Number, string Name, string Type, SchemaShape Shape, bool IsInline, bool IsOptional);
