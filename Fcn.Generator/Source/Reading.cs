using Fcn.Generator.Collections;
using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;

namespace Fcn.Generator.Source;

/// What the reader makes of a class: the declaration, and what is wrong with how it is written.
/// Extendable: a generated part can be added to the class. Complete: the C# compiler has nothing against its attributes.
internal sealed record Reading(NetworkDeclaration Network, bool Extendable, bool Complete, EquatableArray<Problem> Problems);
