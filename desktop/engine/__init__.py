"""The speech engine: hear, recognise, translate, speak. No Qt in here, ever."""
