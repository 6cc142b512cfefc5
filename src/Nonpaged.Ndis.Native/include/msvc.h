/* What Microsoft's compiler has built in, for gcc and clang. Included by ntdef.h. */
#ifndef NONPAGED_MSVC_H
#define NONPAGED_MSVC_H
/* Macros with a variable number of arguments, and keywords that clang knows: no warnings of these. */
#pragma GCC system_header

#define __int8 char
#define __int16 short
#define __int32 int
#define __int64 long long
#define _int64 long long
#define __ptr32
#define __ptr64
#define __sptr
#define __uptr
#define __w64
#define __unaligned
#define _inline __inline
/* __inline itself is a keyword of both compilers. */

/*
 * FORCEINLINE is written with "static" before it and without, so it cannot bring its own. Without, C99's rule holds:
 * the function is inlined everywhere, and its address cannot be taken. (With gnu89's rule each object gets a function:
 * link with -z muldefs, as nonpaged cc does.)
 */
#define FORCEINLINE __inline__ __attribute__((__always_inline__))
#define __forceinline FORCEINLINE
#define CFORCEINLINE FORCEINLINE
#define DECLSPEC_NOINLINE __attribute__((__noinline__))
#define DECLSPEC_NORETURN __attribute__((__noreturn__))
#define DECLSPEC_NOTHROW
#define DECLSPEC_NOVTABLE
#define DECLSPEC_DEPRECATED
#define DECLSPEC_IMPORT
#define DECLSPEC_EXPORT
#define DECLSPEC_SELECTANY __attribute__((__weak__))
#define DECLSPEC_ALIGN(bytes) __attribute__((__aligned__(bytes)))
#define SYSTEM_CACHE_ALIGNMENT_SIZE 64
#define DECLSPEC_CACHEALIGN DECLSPEC_ALIGN(SYSTEM_CACHE_ALIGNMENT_SIZE)
#define DECLSPEC_ALLOCATE(section)
#define DECLSPEC_UUID(uuid)
#define NONPAGED_HELPER static __inline__ __attribute__((__unused__))
#define NONPAGED_INLINE static __inline__ __attribute__((__always_inline__, __unused__))

/* __declspec(what): the first word chooses. */
#define __declspec(what) NONPAGED_DECLSPEC_##what
#define _declspec(what) __declspec(what)
#define NONPAGED_DECLSPEC_align(bytes) __attribute__((__aligned__(bytes)))
#define NONPAGED_DECLSPEC_noinline __attribute__((__noinline__))
#define NONPAGED_DECLSPEC_noreturn __attribute__((__noreturn__))
#define NONPAGED_DECLSPEC_deprecated
#define NONPAGED_DECLSPEC_dllimport
#define NONPAGED_DECLSPEC_dllexport
#define NONPAGED_DECLSPEC_naked __attribute__((__naked__))
#define NONPAGED_DECLSPEC_nothrow
#define NONPAGED_DECLSPEC_novtable
#define NONPAGED_DECLSPEC_restrict
#define NONPAGED_DECLSPEC_noalias
#define NONPAGED_DECLSPEC_selectany __attribute__((__weak__))
#define NONPAGED_DECLSPEC_thread __thread
#define NONPAGED_DECLSPEC_allocate(section)
#define NONPAGED_DECLSPEC_code_seg(section)
#define NONPAGED_DECLSPEC_uuid(uuid)

/* Pragmas that a macro makes. Those of Microsoft's compiler for sections and warnings say nothing here; pack does. */
#define NONPAGED_PRAGMA(text) _Pragma(#text)
#define __pragma(text) NONPAGED_PRAGMA(text)

#define __FUNCSIG__ __FUNCTION__
#define __assume(condition) ((void)0)
#define __noop(...) ((void)0)
#define __annotation(...) ((void)0)
#define __analysis_assume(condition) ((void)0)
#ifndef __cplusplus
#define __alignof(type) __alignof__(type)
#endif

/*
 * Structured exceptions: the body runs, and so does a __finally block after it. No exception is ever caught: an access
 * to memory that is not there ends the process, and the report names it. A body that returns or jumps skips __finally.
 * "nonpaged cc" makes a goto of __leave; without it its use is an error.
 */
#ifndef __cplusplus
#define __try if (1)
#define __except(filter) else if (0 && (filter))
#define __finally if (1)
#endif
#define EXCEPTION_EXECUTE_HANDLER 1
#define EXCEPTION_CONTINUE_SEARCH 0
#define EXCEPTION_CONTINUE_EXECUTION (-1)
#define GetExceptionCode() ((unsigned)0)
#define GetExceptionInformation() ((void *)0)
#define _exception_code() GetExceptionCode()
#define _exception_info() GetExceptionInformation()
#define AbnormalTermination() 0
#define _abnormal_termination() 0

#endif
